// Where quoted words stand in a text that is written a little differently: canonical text has its
// markup, line breaks and hyphens taken out, so letters and digits alone are compared. Words that
// people search for are compared letter by letter, whatever their case and the space between them.

export interface Span {
  start: number;
  end: number; // indices into the text that was searched
}

export interface Named extends Span {
  id: string;
}

export interface Segment extends Span {
  ids: string[];
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
  return findAll(text, [quote])[0]!;
}

/** The same for several quotes; the text is taken apart once, and only where it must be. */
export function findAll(text: string, quotes: readonly string[]): Span[][] {
  let hay: Letters | null = null;
  return quotes.map((quote) => {
    const at = quote ? text.indexOf(quote) : -1;
    if (at >= 0) return [{ start: at, end: at + quote.length }];
    hay ??= letters(text);
    return nearly(hay, quote);
  });
}

function nearly(hay: Letters, quote: string): Span[] {
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

const MARKUP = /[*`]/; // stands between letters of Markdown, and nobody types it

/** Where people's words stand, at most `most` times. */
export function occurrences(text: string, words: string, most: number): Span[] {
  const wanted = folded(words.trim(), false).text;
  if (!wanted) return [];
  const hay = folded(text, !MARKUP.test(words));
  const found: Span[] = [];
  let from = hay.text.indexOf(wanted);
  while (from >= 0 && found.length < most) {
    const last = from + wanted.length - 1;
    found.push({ start: hay.at[from]!, end: hay.at[last]! + 1 });
    from = hay.text.indexOf(wanted, last + 1);
  }
  return found;
}

/** In small letters, each stretch of white space as one blank. */
function folded(text: string, bare: boolean): Letters {
  const kept: string[] = [];
  const at: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text[index]!;
    if (bare && MARKUP.test(unit)) continue;
    const blank = !unit.trim();
    if (blank && kept.at(-1) === ' ') continue;
    const small = blank ? ' ' : unit.toLowerCase();
    kept.push(small.length === 1 ? small : unit);
    at.push(index);
  }
  return { text: kept.join(''), at };
}

/** What of the text is marked, in pieces that do not overlap, each with all that it belongs to. */
export function segments(spans: readonly Named[]): Segment[] {
  const edges = [...new Set(spans.flatMap((span) => [span.start, span.end]))].sort((a, b) => a - b);
  const order = [...spans].sort((a, b) => a.start - b.start);
  const made: Segment[] = [];
  let open: Named[] = [];
  let next = 0;
  for (let index = 0; index + 1 < edges.length; index += 1) {
    const start = edges[index]!;
    while (next < order.length && order[next]!.start <= start) open.push(order[next++]!);
    open = open.filter((span) => span.end > start);
    const ids = open.map((span) => span.id);
    if (ids.length) made.push({ start, end: edges[index + 1]!, ids: [...new Set(ids)] });
  }
  return made;
}
