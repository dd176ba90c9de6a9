import { expect, test } from 'vitest';

import { search } from '../src/viewer/searching';

test('matches are told in characters, with the page that they are on', () => {
  const text = '😀 Pier one.\nThe pier.';
  const pages = [{ number: 1, start: 0, end: 12 }, { number: 2, start: 12, end: 21 }];
  expect(search({ text, pages }, 'PIER')).toEqual([
    { start: 2, end: 6, page: 1 }, { start: 16, end: 20, page: 2 },
  ]);
});

test('a text without pages has matches without pages', () => {
  expect(search({ text: 'a pier', pages: [] }, 'pier')).toEqual([{ start: 2, end: 6, page: null }]);
});
