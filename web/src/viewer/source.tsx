// A source in a dialog: the page of a PDF or the text, with the quoted words marked.

import { useEffect, useRef, useState } from 'preact/hooks';

import { type File_, inWords, ownPath } from '../api';
import { useClient } from '../session';
import { Button, Dialog, Told, Waiting, Wrong } from '../ui';
import { find, type Span } from './finding';
import type { Open } from './pdf';

export interface Source {
  assistant: string;
  file: Pick<File_, 'id' | 'name' | 'signed_url'>;
  pages: number[];
  quote: string;
}

const BINARY = /\.(docx|pptx|xlsx|epub)$/i;

export function SourceDialog({ source, close }: { source: Source; close: () => void }) {
  const pdf = /\.pdf$/i.test(source.file.name);
  const binary = BINARY.test(source.file.name);
  return (
    <Dialog title={source.file.name} close={close} wide>
      {source.quote ? <Quote source={source} /> : null}
      {pdf ? <PdfSource source={source} /> : null}
      {binary ? <ReadText source={source} /> : null}
      {!pdf && !binary ? <TextSource source={source} /> : null}
    </Dialog>
  );
}

function Quote({ source }: { source: Source }) {
  const pages = source.pages.join(', ');
  return (
    <figure class="quote">
      <blockquote>{source.quote}</blockquote>
      {pages ? <figcaption>Page {pages}</figcaption> : null}
    </figure>
  );
}

// --- PDF --------------------------------------------------------------------------------------

function PdfSource({ source }: { source: Source }) {
  const client = useClient();
  const holder = useRef<HTMLDivElement>(null);
  const [pdf, setPdf] = useState<Open | null>(null);
  const [page, setPage] = useState(source.pages[0] ?? 1);
  const [zoom, setZoom] = useState(1);
  const [error, setError] = useState<string | null>(null);
  const [missed, setMissed] = useState(false);

  useEffect(() => {
    let opened: Open | null = null;
    let left = false;
    const load = async () => {
      const url = source.file.signed_url
        ?? (await client.getFile(source.assistant, source.file.id)).signed_url;
      const { open } = await import('./pdf');
      opened = await open(ownPath(url));
      if (left) opened.close();
      else setPdf(opened);
    };
    load().catch((failure: unknown) => setError(`This PDF cannot be shown: ${inWords(failure)}`));
    return () => {
      left = true;
      opened?.close();
    };
  }, []);

  useEffect(() => {
    const box = holder.current;
    if (!pdf || !box) return;
    const shown = Math.min(Math.max(page, 1), pdf.pages);
    const quoted = source.pages.includes(shown) ? source.quote : '';
    pdf.draw(box, shown, quoted, zoom).then(
      (marked) => {
        setMissed(!!quoted && marked === 0);
        const first = box.querySelector('mark');
        if (first) {
          const top = first.getBoundingClientRect().top - box.getBoundingClientRect().top;
          box.scrollTop = Math.max(0, box.scrollTop + top - box.clientHeight / 3);
        }
      },
      (failure: unknown) => setError(`This page cannot be drawn: ${inWords(failure)}`),
    );
  }, [pdf, page, zoom]);

  const turn = (by: number) =>
    setPage((now) => Math.min(Math.max(now + by, 1), pdf?.pages ?? now));
  return (
    <>
      <div class="line pager" role="toolbar" aria-label="Pages">
        <Button
          class="small"
          aria-label="Previous page"
          disabled={page <= 1}
          onClick={() => turn(-1)}
        >
          ‹
        </Button>
        <label class="inline">
          Page
          <input
            class="short"
            inputMode="numeric"
            value={String(page)}
            onChange={(event) => {
              const number = Number.parseInt(event.currentTarget.value, 10);
              if (number >= 1 && number <= (pdf?.pages ?? 1)) setPage(number);
              else event.currentTarget.value = String(page);
            }}
          />
          of {pdf?.pages ?? '…'}
        </label>
        <Button
          class="small"
          aria-label="Next page"
          disabled={!pdf || page >= pdf.pages}
          onClick={() => turn(1)}
        >
          ›
        </Button>
        <span class="grow" />
        <Button
          class="small"
          aria-label="Smaller"
          disabled={zoom <= 1}
          onClick={() => setZoom(Math.max(1, zoom - 0.5))}
        >
          −
        </Button>
        <Button
          class="small"
          aria-label="Larger"
          disabled={zoom >= 3}
          onClick={() => setZoom(Math.min(3, zoom + 0.5))}
        >
          +
        </Button>
      </div>
      <Wrong text={error} />
      {missed ? (
        <Told>
          The words could not be marked on the page, most likely because it is a picture of text.
          They are quoted above.
        </Told>
      ) : null}
      {!pdf && !error ? <Waiting what="Opening the document…" /> : null}
      <div
        ref={holder}
        class="pages"
        tabIndex={0}
        data-first
        role="document"
        aria-label={`Page ${page} of ${source.file.name}`}
        onKeyDown={(event) => {
          if (event.key === 'PageDown' || event.key === 'ArrowRight') turn(1);
          else if (event.key === 'PageUp' || event.key === 'ArrowLeft') turn(-1);
          else return;
          event.preventDefault();
        }}
      />
    </>
  );
}

// --- text -------------------------------------------------------------------------------------

const SHOWN = 200_000; // characters before and after the quoted words

function TextSource({ source }: { source: Source }) {
  const client = useClient();
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    client.content(source.assistant, source.file).then(
      async (response) => setText(decoded(await response.arrayBuffer())),
      (failure: unknown) => setError(inWords(failure)),
    );
  }, []);
  if (error) return <Wrong text={error} />;
  if (text === null) return <Waiting what="Opening the text…" />;
  return <MarkedText text={text} quote={source.quote} />;
}

/** UTF-16 where a mark says so, else UTF-8, else what Western European systems wrote. */
function decoded(content: ArrayBuffer): string {
  const [first, second] = new Uint8Array(content);
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(content);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(content);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return new TextDecoder('windows-1252').decode(content);
  }
}

function MarkedText({ text, quote }: { text: string; quote: string }) {
  const box = useRef<HTMLPreElement>(null);
  const spans = quote ? find(text, quote) : [];
  useEffect(() => {
    const first = box.current?.querySelector('mark');
    if (first && box.current) {
      box.current.scrollTop = first.offsetTop - box.current.offsetTop - box.current.clientHeight / 3;
    }
  }, [text]);
  const around = spans[0]?.start ?? 0;
  const from = Math.max(0, around - SHOWN);
  const to = Math.min(text.length, around + SHOWN);
  return (
    <>
      {quote && !spans.length ? (
        <Told>The quoted words are written differently in the original; they stand above.</Told>
      ) : null}
      <pre ref={box} class="text" tabIndex={0} data-first aria-label="Text of the source">
        {from > 0 ? '… ' : ''}
        {pieces(text, spans.filter((span) => span.end <= to), from, to)}
        {to < text.length ? ' …' : ''}
      </pre>
    </>
  );
}

function pieces(text: string, spans: Span[], from: number, to: number) {
  let at = from;
  const made = spans.flatMap((span) => {
    const before = text.slice(at, span.start);
    at = span.end;
    return [before, <mark>{text.slice(span.start, span.end)}</mark>];
  });
  return [...made, text.slice(at, to)];
}

/** For kinds a browser cannot show: the text that was read, around what is quoted. */
function ReadText({ source }: { source: Source }) {
  const client = useClient();
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const load = async () => {
    const query = (source.quote || source.file.name).slice(0, 2000);
    const found = await client.context(source.assistant, { query, top_k: 64 });
    const own = found.snippets
      .filter((snippet) => snippet.reference.file.id === source.file.id)
      .map(({ content }) => typeof content === 'string'
        ? content
        : content.map((block) => (block.type === 'text' ? block.text : block.caption)).join('\n'));
    const quoting = own.filter((one) => find(one, source.quote).length);
    setText((source.quote ? quoting[0] ?? own[0] : own.join('\n\n⋯\n\n')) ?? '');
  };
  useEffect(() => {
    load().catch((failure: unknown) => setError(inWords(failure)));
  }, []);
  if (error) return <Wrong text={error} />;
  if (text === null) return <Waiting what="Fetching the text that was read…" />;
  return (
    <>
      <p class="note">
        Browsers cannot show this kind of file. This is text that was read from it
        {source.quote ? ', around the quoted words' : ', as far as a search for its name finds it'}.
      </p>
      {text ? <MarkedText text={text} quote={source.quote} /> : null}
    </>
  );
}
