import { describe, expect, test } from 'vitest';

import type { File_ } from '../src/api';
import { byStatus, changed, listed } from '../src/pages/filelist';

const file = (name: string, size: number, status: File_['status'], day: number) =>
  ({ id: name, name, size, status, updated_on: `2026-01-0${day}T00:00:00Z` }) as File_;
const FILES = [
  file('Plan 10.pdf', 5, 'Available', 1),
  file('plan 9.pdf', 50, 'ProcessingFailed', 3),
  file('notes.md', 7, 'Processing', 2),
];
const names = (by: Partial<Parameters<typeof listed>[1]>) =>
  listed(FILES, { search: '', status: '', order: 'name', ...by }).map((one) => one.name);

describe('files', () => {
  test.each([
    ['name', ['notes.md', 'plan 9.pdf', 'Plan 10.pdf']],
    ['size', ['plan 9.pdf', 'notes.md', 'Plan 10.pdf']],
    ['date', ['plan 9.pdf', 'notes.md', 'Plan 10.pdf']],
    ['status', ['plan 9.pdf', 'notes.md', 'Plan 10.pdf']],
  ] as const)('are sorted by %s', (order, expected) => expect(names({ order })).toEqual(expected));

  test('are found by words of their names and by status', () => {
    expect(names({ search: ' PDF plan' })).toEqual(['plan 9.pdf', 'Plan 10.pdf']);
    expect(names({ status: 'Processing' })).toEqual(['notes.md']);
    expect(names({ search: 'none' })).toEqual([]);
  });

  test('are counted by status, those that need a look first', () => {
    expect([...byStatus(FILES)]).toEqual([['ProcessingFailed', 1], ['Processing', 1], ['Available', 1]]);
  });
});

test('metadata of many are set and taken away, the rest stays', () => {
  expect(changed({ a: 1, b: 2, c: 3 }, { b: 'x', d: true }, ['a', 'd'])).toEqual({ b: 'x', c: 3, d: true });
  expect(changed(null, null, ['a'])).toEqual({});
});
