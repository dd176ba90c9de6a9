// The text of a file as the server read it, laid out as people know it: what is searched, and what
// citations point into.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { type DocumentText, inWords } from '../api';
import { useClient } from '../session';
import { Button, Told, Waiting, Wrong } from '../ui';
import { findAll, type Named, type Segment, segments } from './finding';
import { layout, places } from './layout';
import { hitId, quoteId, scrollToMark } from './marks';
import { Laid } from './laid';
import type { Hit } from './searching';
import type { Source } from './source';

const ASKED = 400; // characters of a quote that are sent: enough to find it, and no long address
const BEFORE = 20_000; // characters of the text before what is gone to
const EARLIER = 100_000; // characters that come when one asks for what is before

export function ReadText(props: {
  source: Source;
  at: number; // which of the quotes
  hits: readonly Hit[];
  hit: number | null; // which of them is looked at; null for the quote
}) {
  const client = useClient();
  const { source, at, hits, hit } = props;
  const { assistant, file } = source;
  const [parts, setParts] = useState<DocumentText[]>([]);
  const [error, setError] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const asked = useRef(0);
  const quotes = source.quotes.map((one) => one.text);
  const load = async (what: { quote?: string; start?: number }, place: 'alone' | 'before' | 'behind') => {
    asked.current += 1;
    const mine = asked.current;
    setError(null);
    try {
      const part = await client.text(assistant, file.id, what);
      if (mine !== asked.current) return;
      setParts((all) => {
        if (place === 'behind') return [...all, part];
        return place === 'before' && all[0] ? [cut(part, all[0].start), ...all] : [part];
      });
    } catch (failure) {
      if (mine === asked.current) setError(inWords(failure));
    }
  };
  const marked = useMemo(() => parts.map((part) => {
    const spans: Named[] = findAll(part.text, quotes).flatMap((all, index) =>
      all.map((span) => ({ ...span, id: quoteId(index) })));
    const place = places(part);
    hits.forEach((one, index) => {
      if (one.start >= part.start && one.end <= part.end) {
        spans.push({ start: place(one.start), end: place(one.end), id: hitId(index) });
      }
    });
    return { part, spans: segments(spans) };
  }), [parts, hits, quotes.join('\u0000')]);
  const has = (id: string) => marked.some(({ spans }) => spans.some((one) => one.ids.includes(id)));
  const active = hit === null ? quoteId(at) : hitId(hit);

  useEffect(() => {
    const quote = quotes[at];
    const place = hit === null ? null : hits[hit];
    if (parts.length && (has(active) || (hit === null && !quote))) return;
    if (place) void load({ start: Math.max(0, place.start - BEFORE) }, 'alone');
    else void load(quote ? { quote: quote.slice(0, ASKED) } : {}, 'alone');
  }, [active, hits]);
  useEffect(() => scrollToMark(box.current), [marked, active]);

  const first = parts[0];
  if (!first) {
    return error
      ? <Wrong text={error} retry={() => void load({}, 'alone')} />
      : <Waiting what="Fetching the text…" />;
  }
  const next = parts.at(-1)!.next_start;
  return (
    <>
      {hit === null && quotes[at] && !has(active) ? (
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
        {first.start > 0 ? (
          <p class="note">
            The text begins earlier.{' '}
            <Button class="small" onClick={() => void load({ start: Math.max(0, first.start - EARLIER) }, 'before')}>
              Show what is before
            </Button>
          </p>
        ) : null}
        {marked.map(({ part, spans }) => (
          <Part key={part.start} part={part} spans={spans} name={file.name} active={active} />
        ))}
        <Wrong text={error} />
        {next === undefined
          ? null
          : <Button onClick={() => void load({ start: next }, 'behind')}>Read on</Button>}
      </div>
    </>
  );
}

function Part(props: {
  part: DocumentText;
  spans: readonly Segment[];
  name: string;
  active: string;
}) {
  const { part, name } = props;
  const pieces = useMemo(() => layout(part, name), [part, name]);
  return <Laid {...props} text={part.text} pieces={pieces} more={part.next_start !== undefined} />;
}

/** The part as far as the one that is there already. */
function cut(part: DocumentText, end: number): DocumentText {
  if (part.end <= end) return part;
  return {
    ...part,
    end,
    text: part.text.slice(0, places(part)(end)),
    blocks: part.blocks.filter((block) => block.start < end)
      .map((block) => ({ ...block, end: Math.min(block.end, end) })),
    pages: part.pages.filter((page) => page.start < end),
  };
}
