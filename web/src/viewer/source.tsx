// A source in a dialog: the page of a PDF or the text, with the quoted words marked.

import { useEffect, useRef, useState } from 'preact/hooks';

import { type File_, inWords, ownPath } from '../api';
import { useClient } from '../session';
import { Button, Choice, Dialog, inRuns, Told, Waiting, Wrong } from '../ui';
import { originOf } from './origin';
import type { Open } from './pdf';
import { ReadText } from './text';

export interface Source {
  assistant: string;
  file: Pick<File_, 'id' | 'name' | 'signed_url'> & Partial<Pick<File_, 'metadata'>>;
  pages: number[];
  quote: string;
}

type View = 'page' | 'text';
const VIEWS: readonly { id: View; title: string }[] = [
  { id: 'page', title: 'Page' },
  { id: 'text', title: 'Text' },
];

export function SourceDialog({ source, close }: { source: Source; close: () => void }) {
  const pdf = /\.pdf$/i.test(source.file.name);
  const [view, setView] = useState<View>(pdf ? 'page' : 'text');
  const origin = originOf(source.file.metadata, source.quote);
  return (
    <Dialog
      title={source.file.name}
      close={close}
      wide
      beside={pdf
        ? <Choice label="View" options={VIEWS} value={view} choose={setView} />
        : undefined}
    >
      {source.quote ? <Quote source={source} /> : null}
      {origin ? (
        <p class="note">
          <a href={origin} target="_blank" rel="noreferrer noopener">Open the page it is from</a>
        </p>
      ) : null}
      {view === 'page' ? <PdfSource source={source} /> : <ReadText source={source} />}
    </Dialog>
  );
}

function Quote({ source }: { source: Source }) {
  const pages = inRuns(source.pages);
  return (
    <figure class="quote">
      <blockquote>{source.quote}</blockquote>
      {pages ? <figcaption>{source.pages.length > 1 ? 'Pages' : 'Page'} {pages}</figcaption> : null}
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
          They are quoted above, and marked in the text that was read.
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
