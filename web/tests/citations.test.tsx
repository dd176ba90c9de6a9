import { expect, test } from 'vitest';

import type { Citation } from '../src/api';
import { quotesOf, sourcesOf, titleOf, withSources } from '../src/citations';

const at = (position: number, name: string, pages: number[], quote?: string): Citation =>
  ({
    position,
    references: [
      { file: { id: name, name }, pages, highlight: quote ? { type: 'text', content: quote } : null },
    ],
  }) as unknown as Citation;

const CITATIONS = [
  at(5, 'a.pdf', [2], 'One.'),
  at(10, 'b.txt', []),
  at(15, 'a.pdf', [2], 'Another.'),
];

test('each place is one source, in the order in which they come', () => {
  expect(sourcesOf(CITATIONS).map((one) => titleOf(one.reference))).toEqual([
    'a.pdf, page 2',
    'b.txt',
  ]);
});

test('a copied answer takes its sources along', () => {
  const placed = CITATIONS.map((one, index) => ({ ...one, position: [4, 9, 16][index]! }));
  expect(withSources('One. Two. Three.', placed)).toBe(
    'One. [1] Two. [2] Three. [1]\n\n[1] a.pdf, page 2: “One.”\n[2] b.txt\n',
  );
});

test('an answer without citations is copied as it is', () => {
  expect(withSources('Nothing.', [])).toBe('Nothing.');
});

test('all quotes of one file are shown together, beginning with the one that was chosen', () => {
  const chosen = CITATIONS[2]!.references[0]!;
  expect(quotesOf(CITATIONS, chosen)).toEqual({
    quotes: [{ text: 'One.', pages: [2] }, { text: 'Another.', pages: [2] }], at: 1,
  });
  const bare = CITATIONS[1]!.references[0]!;
  expect(quotesOf(CITATIONS, bare)).toEqual({ quotes: [{ text: '', pages: [] }], at: 0 });
});
