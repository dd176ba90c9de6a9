// The page that a file was made from, at the quoted words, as browsers find them.

import type { File_ } from '../api';

const WORDS = 8; // of the quote at each end; a whole paragraph is rarely found as one

/** The address, or null where the file has none that a browser may be sent to. */
export function originOf(metadata: File_['metadata'] | undefined, quote: string): string | null {
  const url = metadata?.source_url;
  if (typeof url !== 'string' || !/^https?:\/\//i.test(url)) return null;
  const words = quote.trim().split(/\s+/).filter(Boolean);
  if (!words.length || /\.pdf$/i.test(url) || url.includes('#')) return url;
  const parts = words.length > 2 * WORDS
    ? [words.slice(0, WORDS), words.slice(-WORDS)]
    : [words];
  return `${url}#:~:text=${parts.map((part) => escaped(part.join(' '))).join(',')}`;
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(/-/g, '%2D');
}
