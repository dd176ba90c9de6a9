import { describe, expect, test } from 'vitest';

import type { DocumentText } from '../src/api';
import { counted, layout, type Piece, places, type Run } from '../src/viewer/layout';

type Given = [kind: string, text: string, level?: number];

function part(blocks: Given[], gap = '\n'): DocumentText {
  const text = blocks.map(([, own]) => own).join(gap);
  let at = 0;
  return {
    text, start: 0, end: text.length, length: text.length, page_count: null, pages: [],
    blocks: blocks.map(([kind, own, level = 0]) => {
      const start = at;
      at += own.length + gap.length;
      return { kind, start, end: start + own.length, level };
    }),
  };
}

function said(whole: DocumentText, runs: Run[]): string[] {
  return runs.map((run) => `${run.style && `${run.style}:`}${whole.text.slice(run.start, run.end)}`);
}

const cells = (whole: DocumentText, piece: Piece | undefined): unknown => {
  if (piece?.kind !== 'table') return piece?.kind;
  const text = (one: { start: number; end: number } | string | null) =>
    typeof one === 'object' && one ? whole.text.slice(one.start, one.end) : one;
  return [piece.names.map(text), ...piece.rows.map((row) => row.cells.map(text))];
};

describe('Markdown', () => {
  const read = (blocks: Given[]) => {
    const whole = part(blocks);
    return { whole, pieces: layout(whole, 'notes.md') };
  };

  test.each<[Given, string[]]>([
    [['heading', '## Fees', 2], ['Fees']],
    [['heading', 'Fees\n====', 1], ['Fees']],
    [['paragraph', 'Ships of **60 *long* metres** and `code` a_b_c.'], [
      'Ships of ', 'strong:60 ', 'strong:long', 'strong: metres', ' and ', 'code:code', ' a_b_c.',
    ]],
    [['paragraph', '2 * 3 * 4 \\*not\\* it'], ['2 * 3 * 4 ', '*', 'not', '*', ' it']],
    [['paragraph', 'See [tides](https://a.test/x) or [it](javascript:x) ![map](m.png)'], [
      'See ', 'link:tides', ' or ', 'it', ' ', 'map',
    ]],
    [['paragraph', '> Slow\n> down'], ['Slow\n', 'down']],
  ])('%j is shown without its markup', (given, expected) => {
    const { whole, pieces } = read([given]);
    expect(said(whole, (pieces[0] as { runs: Run[] }).runs)).toEqual(expected);
  });

  test('items of one list belong together, deeper ones and numbers to their own', () => {
    const { pieces } = read([
      ['list_item', '3. Call.'], ['list_item', '4. Wait.'], ['list_item', '- Bow'], ['list_item', '* Stern'],
    ]);
    expect(pieces.map((one) => one.kind === 'list' && [one.first, one.items.length])).toEqual([
      [3, 2], [null, 2],
    ]);
  });

  test('a table has names and rows, whatever bars stand in its cells', () => {
    const { whole, pieces } = read([['table', '| a | b |\n|---|:-:|\n| 1 \\| 2 | |\n| 3 | 4 |']]);
    expect(cells(whole, pieces[0])).toEqual([['a', 'b'], ['1 \\| 2', ''], ['3', '4']]);
  });

  test('code is shown without its fence', () => {
    const { whole, pieces } = read([['code', '```py\nx = 1\n```']]);
    const [piece] = pieces;
    expect(piece?.kind === 'code' && whole.text.slice(piece.span.start, piece.span.end)).toBe('x = 1');
  });
});

describe('tables', () => {
  test('records of one shape are rows, where a cell is missing and where a value has a bar', () => {
    const whole = part([
      ['heading', 'Sheet', 1], ['record', 'A: 1 | B: x | y'], ['record', 'B: 2'], ['record', 'A: 3 | C: d: e'],
    ]);
    expect(cells(whole, layout(whole, 'a.csv')[1])).toEqual([
      ['A', 'B', 'C'], ['1', 'x | y', null], [null, '2', null], ['3', null, 'd: e'],
    ]);
  });

  test('records of several lines are lists of their fields', () => {
    const whole = part([['record', 'code: 1\nmeaning: a | b\nbare']]);
    const [piece] = layout(whole, 'a.json');
    expect(piece?.kind === 'record' && piece.fields.map((one) => one.name !== null)).toEqual([
      true, true, false,
    ]);
  });

  test('a first row of words names the columns, one of figures does not', () => {
    const words = part([['table', 'Place | Depth\nBasin | 6.9 m']]);
    expect(cells(words, layout(words, 'a.docx')[0])).toEqual([['Place', 'Depth'], ['Basin', '6.9 m']]);
    const figures = part([['table', '1 | 2\n3 | 4']]);
    expect(cells(figures, layout(figures, 'a.docx')[0])).toEqual([[], ['1', '2'], ['3', '4']]);
  });
});

describe('other files', () => {
  test('are shown as they are written, with addresses that lead there', () => {
    const whole = part([['paragraph', '**Not bold** at https://a.test/b_c. End.']]);
    const [piece] = layout(whole, 'a.txt');
    expect(said(whole, (piece as { runs: Run[] }).runs)).toEqual([
      '**Not bold** at ', 'link:https://a.test/b_c', '. End.',
    ]);
  });

  test('tell where their pages begin', () => {
    const whole = part([['paragraph', 'One.'], ['paragraph', 'Two.']]);
    whole.pages = [{ number: 1, start: 0, end: 5 }, { number: 2, start: 5, end: 9 }];
    expect(layout(whole, 'a.docx').map((one) => one.kind)).toEqual([
      'page', 'paragraph', 'page', 'paragraph',
    ]);
  });
});

test('places are counted in characters on the server and in units here', () => {
  const text = 'a😀b😀c';
  expect(counted(text, [0, 1, 3, 6])).toEqual([0, 1, 2, 4]);
  const place = places({ text, start: 10 });
  expect([10, 11, 12, 14].map(place)).toEqual([0, 1, 3, 6]);
});

test.each(['**a ', '[a](', '*a ', '`a ', 'http://', '\\', '![', '| '])('%j without an end is laid out', (piece) => {
  const whole = part([['paragraph', piece.repeat(20_000)], ['table', piece.repeat(2_000)]]);
  expect(layout(whole, 'a.md')).toHaveLength(2);
});
