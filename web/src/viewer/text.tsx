// The text of a file as the server read it: what is searched, and what citations point into.

import { useEffect, useRef, useState } from 'preact/hooks';

import { type DocumentText, inWords } from '../api';
import { useClient } from '../session';
import { Button, Told, Waiting, Wrong } from '../ui';
import { find, type Span } from './finding';
import type { Source } from './source';

const ASKED = 400; // characters of a quote that are sent: enough to find it, and no long address

export function ReadText({ source }: { source: Source }) {
  const client = useClient();
  const [parts, setParts] = useState<DocumentText[]>([]);
  const [error, setError] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const { assistant, file, quote } = source;
  const load = (asked: { quote?: string; start?: number }) => {
    setError(null);
    client.text(assistant, file.id, asked).then(
      (part) => setParts((before) => [...before, part]),
      (failure: unknown) => setError(inWords(failure)),
    );
  };
  useEffect(() => load(quote ? { quote: quote.slice(0, ASKED) } : {}), []);
  const first = parts[0];
  useEffect(() => {
    const mark = box.current?.querySelector('mark');
    if (mark && box.current) {
      const top = mark.getBoundingClientRect().top - box.current.getBoundingClientRect().top;
      box.current.scrollTop += top - box.current.clientHeight / 3;
    }
  }, [first]);
  if (!first) {
    return error
      ? <Wrong text={error} retry={() => load({})} />
      : <Waiting what="Fetching the text…" />;
  }
  const marked = parts.map((part) => ({ part, spans: marks(part.text, quote) }));
  const next = parts.at(-1)!.next_start;
  return (
    <>
      {quote && !marked.some(({ spans }) => spans.length) ? (
        <Told>These words are not in the text any more; the file may have been replaced.</Told>
      ) : null}
      <div
        ref={box}
        class="text"
        tabIndex={0}
        data-first
        role="document"
        aria-label={`Text of ${file.name}`}
      >
        {first.start > 0 ? <p class="note">The text begins earlier.</p> : null}
        {marked.map(({ part, spans }) => <Part key={part.start} part={part} spans={spans} />)}
        <Wrong text={error} />
        {next === undefined ? null : <Button onClick={() => load({ start: next })}>Read on</Button>}
      </div>
    </>
  );
}

/** Where the quote stands: word for word, else as nearly as it is there. */
function marks(text: string, quote: string): Span[] {
  if (!quote) return [];
  const at = text.indexOf(quote);
  return at < 0 ? find(text, quote) : [{ start: at, end: at + quote.length }];
}

function Part({ part, spans }: { part: DocumentText; spans: Span[] }) {
  const place = places(part);
  const begins = new Map(part.pages.map((page) => [page.start, page.number]));
  let page: number | undefined;
  return (
    <>
      {part.blocks.map((block) => {
        const start = Math.max(0, place(block.start));
        const end = place(block.end);
        const own = part.pages.find((one) => one.start <= block.start && block.start < one.end);
        const turned = own && own.number !== page && begins.has(own.start);
        page = own?.number ?? page;
        return (
          <>
            {turned ? <p class="sheet-number">Page {own.number}</p> : null}
            <Block kind={block.kind} level={block.level}>{pieces(part.text, spans, start, end)}</Block>
          </>
        );
      })}
    </>
  );
}

function Block(props: { kind: string; level: number; children: preact.ComponentChildren }) {
  if (props.kind === 'heading') return <h3 class={`depth-${Math.min(props.level, 3)}`}>{props.children}</h3>;
  if (props.kind === 'table' || props.kind === 'code') return <pre>{props.children}</pre>;
  return <p class={props.kind}>{props.children}</p>;
}

/** From the server's offsets, in characters of the whole text, to those of `part.text` here. */
function places(part: DocumentText): (offset: number) => number {
  const { text, start } = part;
  if (!/[\ud800-\udbff]/.test(text)) return (offset) => Math.min(offset - start, text.length);
  const units = [0];
  for (const character of text) units.push(units.at(-1)! + character.length);
  return (offset) => units[Math.min(offset - start, units.length - 1)] ?? 0;
}

function pieces(text: string, spans: Span[], from: number, to: number) {
  let at = from;
  const made = spans
    .filter((span) => span.end > from && span.start < to)
    .flatMap((span) => {
      const start = Math.max(span.start, at);
      const end = Math.min(span.end, to);
      const before = text.slice(at, start);
      at = end;
      return [before, <mark>{text.slice(start, end)}</mark>];
    });
  return [...made, text.slice(at, to)];
}
