// Where quoted words stand in a text that is written a little differently: canonical text has its
// markup, line breaks and hyphens taken out, so letters and digits alone are compared.

export interface Span {
  start: number;
  end: number; // indices into the text that was searched
}

interface Letters {
  text: string;
  at: number[]; // for each letter, where it stands in the original
}

const LETTER = /[\p{L}\p{N}]/u;

export function letters(text: string): Letters {
  const kept: string[] = [];
  const at: number[] = [];
  let index = 0;
  for (const character of text) {
    for (const one of character.normalize('NFKC').toLowerCase()) {
      if (!LETTER.test(one)) continue;
      for (let unit = 0; unit < one.length; unit += 1) at.push(index);
      kept.push(one);
    }
    index += character.length;
  }
  return { text: kept.join(''), at };
}

const PIECE = 12; // letters; shorter pieces are found where they do not belong

/** Where `quote` stands: as a whole, else its lines, else its sentences, as far as they are there. */
export function find(text: string, quote: string): Span[] {
  const hay = letters(text);
  const whole = locate(hay, quote, 1);
  if (whole) return [whole];
  const spans: Span[] = [];
  for (const line of quote.split(/\n+/)) {
    const found = locate(hay, line, PIECE);
    if (found) {
      spans.push(found);
      continue;
    }
    for (const sentence of line.split(/(?<=[.!?;:])\s+|\s*\|\s*/)) {
      const part = locate(hay, sentence, PIECE);
      if (part) spans.push(part);
    }
  }
  return spans.sort((a, b) => a.start - b.start).filter(
    (span, index, all) => index === 0 || span.start >= all[index - 1]!.end);
}

function locate(hay: Letters, quote: string, least: number): Span | null {
  const needle = letters(quote).text;
  if (needle.length < least) return null;
  const from = hay.text.indexOf(needle);
  if (from < 0) return null;
  return { start: hay.at[from]!, end: hay.at[from + needle.length - 1]! + 1 };
}
