import { expect, test } from 'vitest';

import { kindNote, knownValues, writtenAs } from '../src/known';

const KNOWN = knownValues([
  { year: 2025, team: 'a' }, { year: '2025', tags: ['x', 'y'] }, { year: 2025, code: '7' }, null,
]);

test('values are known by name and kind, with how many files have them', () => {
  expect([...KNOWN.keys()]).toEqual(['code', 'tags', 'team', 'year']);
  expect(KNOWN.get('year')).toEqual(expect.arrayContaining([
    { written: '2025', kind: 'number', files: 2 }, { written: '"2025"', kind: 'text', files: 1 },
  ]));
  expect(KNOWN.get('tags')?.map((one) => one.written)).toEqual(['x', 'y']);
});

test.each([['true', '"true"'], ['1.5', '"1.5"'], ['1.5 m', '1.5 m'], [1.5, '1.5'], [' a', '" a"'], ['', '""']])(
  '%j is written as %s', (value, expected) => expect(writtenAs(value)).toBe(expected));

test('a value of another kind than the files have is told', () => {
  expect(kindNote(KNOWN, 'year', 2025)).toBe('Files have “year” as a text too: write "2025" for those.');
  expect(kindNote(KNOWN, 'year', '2025')).toBe('Files have “year” as a number too: write 2025 for those.');
  expect(kindNote(KNOWN, 'code', 8)).toBe('“code” is a text in these files: write "8".');
  expect(kindNote(KNOWN, 'team', 'b')).toBeNull();
  expect(kindNote(KNOWN, 'unknown', 1)).toBeNull();
  expect(kindNote(undefined, 'year', 1)).toBeNull();
});
