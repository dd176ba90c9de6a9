// What was read from a file, laid out as people know it: headings, lists, tables, records. Every
// piece is a stretch of the text itself, so that what is marked is what is quoted; markup of
// Markdown is left out between them. Nothing here makes elements.

import type { DocumentText } from '../api';
import type { Span } from './finding';

export interface Run extends Span {
  style: '' | 'strong' | 'em' | 'code' | 'link';
  href?: string;
}

export interface Row {
  cells: (Span | null)[];
  spans: Span; // the row's whole text, names of its columns included
}

export type Piece =
  | { kind: 'page'; number: number }
  | { kind: 'heading'; level: number; runs: Run[] }
  | { kind: 'paragraph' | 'quote' | 'caption' | 'running'; runs: Run[]; flowing: boolean }
  | { kind: 'list'; first: number | null; depth: number; items: Run[][] }
  | { kind: 'code'; span: Span }
  | { kind: 'table'; names: (string | Span)[]; rows: Row[] }
  | { kind: 'record'; fields: { name: Span | null; value: Span }[] };

const GAP = ' | '; // between the cells of a row
const MOST_COLUMNS = 60;
const MARKDOWN = /\.(?:md|markdown|mdown|mkd)$/i;

interface Block extends Span {
  kind: string;
  level: number;
}

/** The part's pieces, in order. */
export function layout(part: DocumentText, name: string): Piece[] {
  const { text } = part;
  const written = MARKDOWN.test(name);
  const place = places(part);
  const blocks = part.blocks.map((one) => ({
    ...one, start: Math.max(0, place(one.start)), end: place(one.end),
  }));
  const turns = new Map(part.pages.map((page) => [page.start, page.number]));
  const made: Piece[] = [];
  let shown: number | undefined;
  let at = 0;
  while (at < blocks.length) {
    const own = pageOf(part, part.blocks[at]!.start);
    if (own && own.number !== shown && turns.has(own.start)) {
      made.push({ kind: 'page', number: own.number });
    }
    shown = own?.number ?? shown;
    const block = blocks[at]!;
    if (block.kind === 'record') {
      const next = blocks.findIndex((one, index) => index > at && one.kind !== 'record');
      const stop = next < 0 ? blocks.length : next;
      made.push(...records(text, blocks.slice(at, stop)));
      at = stop;
      continue;
    }
    add(made, pieceOf(text, block, written));
    at += 1;
  }
  return made;
}

function pageOf(part: DocumentText, offset: number) {
  let low = 0;
  let high = part.pages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (part.pages[middle]!.end <= offset) low = middle + 1;
    else high = middle;
  }
  const page = part.pages[low];
  return page && page.start <= offset ? page : undefined;
}

/** Items of one list belong together. */
function add(made: Piece[], piece: Piece): void {
  const last = made.at(-1);
  if (
    piece.kind === 'list' && last?.kind === 'list'
    && last.depth === piece.depth && (last.first === null) === (piece.first === null)
  ) last.items.push(...piece.items);
  else made.push(piece);
}

function pieceOf(text: string, block: Block, written: boolean): Piece {
  const { start, end } = block;
  const own = text.slice(start, end);
  if (block.kind === 'heading') {
    const head = written ? /^\s*#{1,6}\s+/.exec(own)?.[0].length ?? 0 : 0;
    const under = written ? /\n[ \t]*(?:=+|-+)[ \t]*$/.exec(own)?.index : undefined;
    const stop = under === undefined ? end : start + under;
    return { kind: 'heading', level: block.level, runs: runs(text, start + head, stop, written) };
  }
  if (block.kind === 'code') return { kind: 'code', span: fenced(text, block, written) };
  if (block.kind === 'table') return table(text, block, written);
  if (block.kind === 'list_item') {
    const marker = /^\s*(?:[-*+•]|(\d{1,9})[.)])\s+(?:\[[ xX]\]\s+)?/.exec(own);
    const line = text.lastIndexOf('\n', start - 1) + 1;
    const before = text.slice(line, start);
    const depth = before.trim() ? 0 : Math.min(3, Math.floor(before.length / 2));
    return {
      kind: 'list',
      first: marker?.[1] ? Number(marker[1]) : null,
      depth,
      items: [runs(text, start + (marker?.[0].length ?? 0), end, written)],
    };
  }
  if (written && /^\s*>/.test(own)) {
    return { kind: 'quote', runs: quoted(text, start, end), flowing: true };
  }
  const kind = block.kind === 'caption' || block.kind === 'running' ? block.kind : 'paragraph';
  return { kind, runs: runs(text, start, end, written), flowing: written };
}

function fenced(text: string, { start, end }: Span, written: boolean): Span {
  if (!written) return { start, end };
  const own = text.slice(start, end);
  const open = /^\s*(?:```|~~~)[^\n]*\n/.exec(own);
  if (!open) return { start, end };
  const close = /\n[ \t]*(?:```+|~~~+)[ \t]*$/.exec(own);
  return { start: start + open[0].length, end: close ? start + close.index : end };
}

function quoted(text: string, start: number, end: number): Run[] {
  return lines(text, start, end).flatMap((line) => {
    const mark = /^\s*(?:>[ \t]?)+/.exec(text.slice(line.start, line.end))?.[0].length ?? 0;
    const next = Math.min(end, line.end + 1); // with the line's end, which is a blank
    return runs(text, line.start + mark, next, true);
  });
}

// --- tables -----------------------------------------------------------------------------------

function lines(text: string, start: number, end: number): Span[] {
  const made: Span[] = [];
  let from = start;
  while (from <= end) {
    const at = text.indexOf('\n', from);
    const stop = at < 0 || at > end ? end : at;
    made.push({ start: from, end: stop });
    from = stop + 1;
  }
  return made;
}

const RULE = /^[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-+:?[ \t]*\|?[ \t]*$/;

function table(text: string, block: Block, written: boolean): Piece {
  const all = lines(text, block.start, block.end).filter((one) => one.end > one.start);
  const ruled = written && all[1] && RULE.test(text.slice(all[1].start, all[1].end));
  const rows = all
    .filter((_, index) => !(ruled && index === 1))
    .map((line): Row => ({
      cells: written ? piped(text, line) : split(text, line, GAP), spans: line,
    }));
  const names = (rows[0]?.cells ?? []).filter((cell): cell is Span => cell !== null);
  const told = names.every((cell) => !/^[\s\d.,%+−-]*$/.test(text.slice(cell.start, cell.end)));
  if (rows.length > 1 && (ruled || told)) return { kind: 'table', names, rows: rows.slice(1) };
  return { kind: 'table', names: [], rows };
}

function split(text: string, { start, end }: Span, gap: string): Span[] {
  const made: Span[] = [];
  let from = start;
  for (;;) {
    const at = text.indexOf(gap, from);
    const stop = at < 0 || at + gap.length > end ? end : at;
    made.push({ start: from, end: stop });
    if (stop === end) return made;
    from = at + gap.length;
  }
}

/** Cells of a row of Markdown; a bar after a backslash is a part of its cell. */
function piped(text: string, { start, end }: Span): Span[] {
  const made: Span[] = [];
  let from = start;
  for (let at = start; at <= end; at += 1) {
    if (at < end && (text[at] !== '|' || text[at - 1] === '\\')) continue;
    const own = text.slice(from, at);
    const lead = own.length - own.trimStart().length;
    made.push({ start: from + lead, end: from + Math.max(lead, own.trimEnd().length) });
    from = at + 1;
  }
  const bare = (cell: Span | undefined) => !cell || cell.start === cell.end;
  if (bare(made.at(-1))) made.pop(); // behind the bar that ends the row
  if (bare(made[0])) made.shift();
  return made;
}

interface Field {
  name: string;
  value: Span;
}

/** Records of one shape as a table; others as lists of their fields. */
function records(text: string, blocks: Block[]): Piece[] {
  const names: string[] = [];
  const known = new Map<string, number>();
  const rows: Row[] = [];
  for (const block of blocks) {
    const fields = text.slice(block.start, block.end).includes('\n') ? null : named(text, block);
    if (!fields) return blocks.map((one) => record(text, one));
    const cells: (Span | null)[] = [];
    for (const { name, value } of fields) {
      if (!known.has(name)) known.set(name, names.push(name) - 1);
      const column = known.get(name)!;
      const there = cells[column];
      cells[column] = there ? { start: there.start, end: value.end } : value;
    }
    rows.push({ cells, spans: block });
    if (names.length > MOST_COLUMNS) return blocks.map((one) => record(text, one));
  }
  return [{
    kind: 'table',
    names,
    rows: rows.map((row) => ({ ...row, cells: names.map((_, at) => row.cells[at] ?? null) })),
  }];
}

/** `Name: value | Name: value`; null where a part has no name. */
function named(text: string, block: Span): Field[] | null {
  const made: Field[] = [];
  for (const part of split(text, block, GAP)) {
    const colon = text.indexOf(': ', part.start);
    if (colon < 0 || colon >= part.end) {
      const last = made.at(-1);
      if (!last) return null;
      last.value.end = part.end; // a bar within the value
    } else {
      const name = text.slice(part.start, colon);
      made.push({ name, value: { start: colon + 2, end: part.end } });
    }
  }
  return made;
}

function record(text: string, block: Span): Piece {
  const parts = text.slice(block.start, block.end).includes('\n')
    ? lines(text, block.start, block.end)
    : split(text, block, GAP);
  return {
    kind: 'record',
    fields: parts.map((part) => {
      const colon = text.indexOf(': ', part.start);
      return colon < 0 || colon >= part.end
        ? { name: null, value: part }
        : { name: { start: part.start, end: colon }, value: { start: colon + 2, end: part.end } };
    }),
  };
}

// --- within a paragraph -----------------------------------------------------------------------

const ADDRESS = /https?:\/\/[^\s<>"'()[\]{}|\\^`]{1,2000}[^\s<>"'()[\]{}|\\^`.,;:!?*_]/g;
// What is strong ends within so many characters, or each of its beginnings would be searched to
// the end of the text.
const INLINE =
  /\\([!-/:-@[-`{-~])|(`{1,3})([^`\n]{1,2000})\2|!?\[([^[\]\n]{1,500})\]\(([^()\s]{0,2000})(?:[ \t]"[^"\n]{0,500}")?\)|(\*\*|__)(?=\S)([^\n]{0,2000}?\S)\6(?!\w)|(?<!\w)([*_])(?=\S)([^*_\n]{0,2000}[^*_\s])\8(?!\w)/g;

/** The stretches of a paragraph, without the markup between them where it is Markdown. */
export function runs(text: string, start: number, end: number, written: boolean): Run[] {
  return written ? inline(text, start, end, '', 0) : linked(text, start, end, '');
}

function inline(text: string, start: number, end: number, style: Run['style'], depth: number): Run[] {
  const own = text.slice(start, end);
  const made: Run[] = [];
  let from = 0;
  const pass = (to: number) => {
    if (to > from) made.push(...linked(text, start + from, start + to, style));
  };
  for (const found of own.matchAll(INLINE)) {
    const [all, escaped, ticks, code, label, href, strong, bold, , emphasis] = found;
    pass(found.index);
    const at = start + found.index;
    const stop = at + all.length;
    if (escaped !== undefined) made.push({ start: at + 1, end: at + 2, style });
    else if (code !== undefined) {
      made.push({ start: at + ticks!.length, end: stop - ticks!.length, style: 'code' });
    } else if (label !== undefined) {
      const first = text.indexOf('[', at) + 1;
      const last = first + label.length;
      if (all.startsWith('!') || !safe(href!)) made.push({ start: first, end: last, style });
      else made.push({ start: first, end: last, style: 'link', href: href! });
    } else {
      const edge = strong ? 2 : 1;
      const next = strong ? 'strong' : 'em';
      const within = (bold ?? emphasis)!.length && depth < 4;
      if (within) made.push(...inline(text, at + edge, stop - edge, style || next, depth + 1));
      else made.push({ start: at, end: stop, style });
    }
    from = found.index + all.length;
  }
  pass(own.length);
  return made;
}

/** Addresses that stand in the text lead there. */
function linked(text: string, start: number, end: number, style: Run['style']): Run[] {
  const own = text.slice(start, end);
  if (!own.includes('://')) return [{ start, end, style }];
  const made: Run[] = [];
  let from = 0;
  for (const found of own.matchAll(ADDRESS)) {
    if (found.index > from) made.push({ start: start + from, end: start + found.index, style });
    from = found.index + found[0].length;
    made.push({ start: start + found.index, end: start + from, style: 'link', href: found[0] });
  }
  if (from < own.length) made.push({ start: start + from, end, style });
  return made;
}

function safe(href: string): boolean {
  return /^(?:https?:\/\/|mailto:)/i.test(href);
}

// --- places -----------------------------------------------------------------------------------

/** From the server's offsets, in characters of the whole text, to those of `part.text` here. */
export function places(part: Pick<DocumentText, 'text' | 'start'>): (offset: number) => number {
  const { text, start } = part;
  if (!/[\ud800-\udbff]/.test(text)) return (offset) => Math.min(offset - start, text.length);
  const units = [0];
  for (const character of text) units.push(units.at(-1)! + character.length);
  return (offset) => units[Math.min(offset - start, units.length - 1)] ?? 0;
}

/** The other way round: ascending indices of a text to places in characters. */
export function counted(text: string, indices: readonly number[]): number[] {
  if (!/[\ud800-\udbff]/.test(text)) return [...indices];
  let characters = 0;
  let at = 0;
  return indices.map((index) => {
    while (at < index) {
      at += text.codePointAt(at)! > 0xffff ? 2 : 1;
      characters += 1;
    }
    return characters;
  });
}
