// Pages of a PDF, drawn by pdf.js. Loaded when the first PDF is opened.

import * as pdfjs from 'pdfjs-dist/legacy/build/pdf.min.mjs';
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';

import { find } from './finding';

pdfjs.GlobalWorkerOptions.workerSrc = workerUrl;

type Document = Awaited<ReturnType<typeof pdfjs.getDocument>['promise']>;

export interface Open {
  pages: number;
  /** Draws a page into `holder`, as wide as it is, and marks `quote`. Says how much it marked. */
  draw: (holder: HTMLElement, page: number, quote: string, zoom: number) => Promise<number>;
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
  return {
    pages: document_.numPages,
    draw: (holder, page, quote, zoom) => {
      turn += 1;
      const mine = turn;
      return draw(document_, holder, page, quote, zoom, () => mine === turn);
    },
    close: () => void task.destroy(),
  };
}

const WIDEST = 4096; // pixels of a canvas

async function draw(
  document_: Document,
  holder: HTMLElement,
  number: number,
  quote: string,
  zoom: number,
  current: () => boolean,
): Promise<number> {
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
  if (!current()) return 0;
  holder.replaceChildren(sheet);
  const layer = new pdfjs.TextLayer({
    textContentSource: page.streamTextContent(),
    container: words,
    viewport,
  });
  await layer.render();
  return quote ? mark(layer.textDivs, quote) : 0;
}

/** Marks the quote in the page's words; how many pieces of text it touched. */
function mark(divs: HTMLElement[], quote: string): number {
  const starts: number[] = [];
  let text = '';
  for (const div of divs) {
    starts.push(text.length);
    text += `${div.textContent ?? ''}\n`;
  }
  let marked = 0;
  for (const span of find(text, quote)) {
    divs.forEach((div, index) => {
      const start = Math.max(span.start - starts[index]!, 0);
      const end = Math.min(span.end - starts[index]!, div.textContent?.length ?? 0);
      if (start < end && wrap(div, start, end)) marked += 1;
    });
  }
  return marked;
}

/** Puts `[start, end)` of the element's text into a mark; its text stays the same. */
function wrap(div: HTMLElement, start: number, end: number): boolean {
  let passed = 0;
  for (const node of [...div.childNodes]) {
    const length = node.textContent?.length ?? 0;
    if (node instanceof Text && start >= passed && end <= passed + length) {
      const range = document.createRange();
      range.setStart(node, start - passed);
      range.setEnd(node, end - passed);
      range.surroundContents(document.createElement('mark'));
      return true;
    }
    passed += length;
  }
  return false;
}
