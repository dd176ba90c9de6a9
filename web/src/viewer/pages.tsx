// The pages of a PDF, with what is marked on them.

import { useEffect, useRef, useState } from 'preact/hooks';

import { inWords, ownPath } from '../api';
import { useClient } from '../session';
import { Button, Told, Waiting, Wrong } from '../ui';
import { quoteId, scrollToMark, type Wanted } from './marks';
import type { Open } from './pdf';
import type { Source } from './source';

const SETTLED = 150; // milliseconds after the last change of its width until a page is drawn anew
const SMALLEST = 0.5;
const LARGEST = 3;
const STEP = 0.5;

export function Pages(props: {
  source: Source;
  page: number;
  turnTo: (page: number) => void;
  wanted: Wanted; // on this page
  active: string | null;
  label: string;
}) {
  const { source, page, wanted, active } = props;
  const client = useClient();
  const holder = useRef<HTMLDivElement>(null);
  const [pdf, setPdf] = useState<Open | null>(null);
  const [zoom, setZoom] = useState(1);
  const [width, setWidth] = useState(0);
  const [drawn, setDrawn] = useState(0); // counts what was drawn
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
    let timer = 0;
    const watch = new ResizeObserver(([entry]) => {
      clearTimeout(timer);
      const now = Math.round(entry!.contentRect.width);
      timer = setTimeout(() => setWidth(now), SETTLED);
    });
    watch.observe(holder.current!);
    return () => {
      clearTimeout(timer);
      watch.disconnect();
    };
  }, []);

  useEffect(() => {
    const box = holder.current;
    if (!pdf || !box) return;
    const shown = Math.min(Math.max(page, 1), pdf.pages);
    pdf.draw(box, shown, zoom).then(
      (whole) => {
        if (whole) setDrawn((count) => count + 1);
      },
      (failure: unknown) => setError(`This page cannot be drawn: ${inWords(failure)}`),
    );
  }, [pdf, page, zoom, width]);

  const ids = JSON.stringify(wanted);
  useEffect(() => {
    if (!pdf || !drawn) return;
    const found = pdf.mark(wanted, active);
    setMissed(wanted.quotes.some((one) => one.id === active) && !found.has(active!));
    scrollToMark(holder.current);
  }, [drawn, ids, active]);

  const turn = (by: number) => props.turnTo(Math.min(Math.max(page + by, 1), pdf?.pages ?? page));
  const enlarge = (by: number) => setZoom(Math.min(LARGEST, Math.max(SMALLEST, zoom + by)));
  return (
    <>
      <div class="line pager" role="toolbar" aria-label="Pages">
        <Button class="small" aria-label="Previous page" disabled={page <= 1} onClick={() => turn(-1)}>
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
              if (number >= 1 && number <= (pdf?.pages ?? 1)) props.turnTo(number);
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
        <Button class="small" aria-label="Smaller" disabled={zoom <= SMALLEST} onClick={() => enlarge(-STEP)}>
          −
        </Button>
        <Button class="small" aria-pressed={zoom === 1} onClick={() => setZoom(1)}>
          Fit<span class="long">&nbsp;width</span>
        </Button>
        <Button class="small" aria-label="Larger" disabled={zoom >= LARGEST} onClick={() => enlarge(STEP)}>
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

/** The quotes that stand on a page. */
export function quotesOn(source: Source, page: number): Wanted['quotes'] {
  return source.quotes.flatMap((one, index) =>
    one.text && (!one.pages.length || one.pages.includes(page))
      ? [{ id: quoteId(index), text: one.text }] : []);
}
