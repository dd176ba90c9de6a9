// Pages of a PDF, drawn by pdf.js. Loaded when the first PDF is opened.

import * as pdfjs from 'pdfjs-dist/legacy/build/pdf.min.mjs';
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';

import { findAll, type Named, occurrences, segments } from './finding';
import { classOf, type Wanted } from './marks';

pdfjs.GlobalWorkerOptions.workerSrc = workerUrl;

type Document = Awaited<ReturnType<typeof pdfjs.getDocument>['promise']>;

export interface Open {
  pages: number;
  /** Draws a page into `holder`, `zoom` times as wide as it is. False where another one came. */
  draw: (holder: HTMLElement, page: number, zoom: number) => Promise<boolean>;
  /** Marks words on the page that was drawn last, and says which of the quotes it found. */
  mark: (wanted: Wanted, active: string | null) => Set<string>;
  close: () => void;
}

export async function open(url: string): Promise<Open> {
  const task = pdfjs.getDocument({
    url,
    useWasm: false, // compiling WebAssembly is not in the content security policy
    standardFontDataUrl: `${import.meta.env.BASE_URL}fonts/`,
    useSystemFonts: false, // pages look the same on every machine
    enableXfa: false,
    disableAutoFetch: true,
  });
  const document_ = await task.promise;
  let turn = 0;
  let words: Words[] = [];
  return {
    pages: document_.numPages,
    draw: async (holder, page, zoom) => {
      turn += 1;
      const mine = turn;
      const drawn = await draw(document_, holder, page, zoom, () => mine === turn);
      if (drawn && mine === turn) words = drawn;
      return mine === turn;
    },
    mark: (wanted, active) => mark(words, wanted, active),
    close: () => void task.destroy(),
  };
}

interface Words {
  div: HTMLElement;
  text: string;
}

const WIDEST = 4096; // pixels of a canvas

async function draw(
  document_: Document,
  holder: HTMLElement,
  number: number,
  zoom: number,
  current: () => boolean,
): Promise<Words[] | null> {
  const page = await document_.getPage(number);
  const natural = page.getViewport({ scale: 1 });
  const scale = ((holder.clientWidth || 600) / natural.width) * zoom;
  const viewport = page.getViewport({ scale });
  const density = Math.min(devicePixelRatio || 1, WIDEST / Math.max(viewport.width, viewport.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.floor(viewport.width * density);
  canvas.height = Math.floor(viewport.height * density);
  canvas.style.width = `${viewport.width}px`;
  canvas.style.height = `${viewport.height}px`;
  await page.render({
    canvas,
    viewport,
    transform: density === 1 ? undefined : [density, 0, 0, density, 0, 0],
  }).promise;

  const words = document.createElement('div');
  words.className = 'textLayer';
  const sheet = document.createElement('div');
  sheet.className = 'page';
  sheet.style.width = `${viewport.width}px`;
  sheet.style.height = `${viewport.height}px`;
  sheet.style.setProperty('--total-scale-factor', String(scale));
  sheet.append(canvas, words);
  if (!current()) return null;
  holder.replaceChildren(sheet);
  const layer = new pdfjs.TextLayer({
    textContentSource: page.streamTextContent(),
    container: words,
    viewport,
  });
  await layer.render();
  return layer.textDivs.map((div) => ({ div, text: div.textContent ?? '' }));
}

function mark(words: readonly Words[], wanted: Wanted, active: string | null): Set<string> {
  const starts: number[] = [];
  let text = '';
  for (const one of words) {
    starts.push(text.length);
    text += `${one.text}\n`;
  }
  const spans: Named[] = findAll(text, wanted.quotes.map((one) => one.text)).flatMap((all, index) =>
    all.map((span) => ({ ...span, id: wanted.quotes[index]!.id })));
  const quoted = new Set(spans.map((span) => span.id));
  if (wanted.search) {
    const found = occurrences(text, wanted.search.words, wanted.search.ids.length);
    for (const [index, span] of found.entries()) {
      spans.push({ ...span, id: wanted.search.ids[index]! });
    }
  }
  const pieces = segments(spans);
  let from = 0; // pieces before this one end before the words that are looked at
  words.forEach(({ div, text: own }, index) => {
    const start = starts[index]!;
    while (from < pieces.length && pieces[from]!.end <= start) from += 1;
    const children: (string | HTMLElement)[] = [];
    let at = 0;
    for (let next = from; next < pieces.length && pieces[next]!.start < start + own.length; next += 1) {
      const piece = pieces[next]!;
      const first = Math.max(at, piece.start - start);
      const last = Math.min(piece.end - start, own.length);
      if (last <= first) continue;
      const element = document.createElement('mark');
      element.className = classOf(piece.ids, active);
      element.textContent = own.slice(first, last);
      children.push(own.slice(at, first), element);
      at = last;
    }
    if (children.length || div.childElementCount) div.replaceChildren(...children, own.slice(at));
  });
  return quoted;
}
