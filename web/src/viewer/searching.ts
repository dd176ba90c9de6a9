// Searching in a document: its whole text is fetched when one first searches.

import { useEffect, useRef, useState } from 'preact/hooks';

import { type Client, type DocumentText, inWords } from '../api';
import { occurrences } from './finding';
import { counted } from './layout';

export interface Hit {
  start: number;
  end: number; // in characters of the whole text
  page: number | null;
}

const MOST_VIEWS = 20; // of 200,000 characters each
const MOST_HITS = 500;
const TYPING = 250; // milliseconds after the last letter until it is searched

export interface Search {
  words: string;
  set: (words: string) => void;
  hits: readonly Hit[];
  at: number;
  go: (by: number) => void;
  told: string; // how many there are, or what is wrong
}

interface Whole {
  text: string;
  pages: DocumentText['pages'];
  cut: boolean;
}

const NONE: readonly Hit[] = [];

export function useSearch(client: Client, assistant: string, file: string): Search {
  const [words, setWords] = useState('');
  const [hits, setHits] = useState<readonly Hit[]>(NONE);
  const [at, setAt] = useState(0);
  const [told, setTold] = useState('');
  const whole = useRef<Promise<Whole> | null>(null);
  useEffect(() => {
    setAt(0);
    if (!words.trim()) {
      setHits(NONE);
      setTold('');
      return;
    }
    let left = false;
    const look = async () => {
      whole.current ??= fetchWhole(client, assistant, file);
      try {
        const read = await whole.current;
        if (left) return;
        const found = search(read, words);
        setHits(found);
        setTold(
          (found.length === MOST_HITS ? `${MOST_HITS} or more`
            : found.length ? String(found.length) : 'Not found')
          + (read.cut ? ' in its beginning' : ''),
        );
      } catch (failure) {
        whole.current = null;
        if (!left) setTold(inWords(failure));
      }
    };
    const timer = setTimeout(() => void look(), TYPING);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [words]);
  return {
    words,
    set: setWords,
    hits,
    at: Math.min(at, Math.max(0, hits.length - 1)),
    go: (by) => setAt((now) => (hits.length ? (now + by + hits.length) % hits.length : 0)),
    told,
  };
}

async function fetchWhole(client: Client, assistant: string, file: string): Promise<Whole> {
  const texts: string[] = [];
  const pages = new Map<number, DocumentText['pages'][number]>();
  let start: number | undefined = 0;
  for (let view = 0; view < MOST_VIEWS && start !== undefined; view += 1) {
    const part: DocumentText = await client.text(assistant, file, { start });
    texts.push(part.text);
    for (const page of part.pages) pages.set(page.number, page);
    start = part.next_start;
  }
  return { text: texts.join(''), pages: [...pages.values()], cut: start !== undefined };
}

export function search({ text, pages }: Pick<Whole, 'text' | 'pages'>, words: string): Hit[] {
  const found = occurrences(text, words, MOST_HITS);
  const places = counted(text, found.flatMap((span) => [span.start, span.end]));
  return found.map((_, index) => {
    const start = places[2 * index]!;
    const page = pages.find((one) => one.start <= start && start < one.end);
    return { start, end: places[2 * index + 1]!, page: page?.number ?? null };
  });
}
