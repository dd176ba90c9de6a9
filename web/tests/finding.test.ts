import { describe, expect, test } from 'vitest';

import { find, letters, occurrences, segments } from '../src/viewer/finding';

function found(text: string, quote: string): string[] {
  return find(text, quote).map(({ start, end }) => text.slice(start, end));
}

describe('quoted words', () => {
  test('are found whatever stands between their letters', () => {
    expect(found('The mail-\nbox is *red*.', 'mailbox is red')).toEqual(['mail-\nbox is *red']);
  });

  test('are found in characters of more than one unit, and after them', () => {
    expect(found('𝔸 ﬁne 😀 day', 'fine day')).toEqual(['ﬁne 😀 day']);
    expect(letters('İx').at).toHaveLength(letters('İx').text.length);
  });

  test('are found line by line, else sentence by sentence', () => {
    const text = 'The ferry leaves at nine. Pilots are required here. Berths cost money.';
    expect(found(text, 'The ferry leaves at nine.\nBerths cost money.')).toEqual([
      'The ferry leaves at nine', 'Berths cost money',
    ]);
    expect(found(text, 'Nobody wrote this sentence. Pilots are required here.')).toEqual([
      'Pilots are required here',
    ]);
  });

  test('that are nowhere are not found, nor are short pieces of them', () => {
    expect(found('The pilot is on board.', 'A whale.\nis on')).toEqual([]);
    expect(found('anything', '…')).toEqual([]);
  });

  test('are shown once where two lines say the same', () => {
    const text = 'Harbour rules of 2024';
    expect(found(text, 'Harbour rules of 2024\n\nnot there at all\nHarbour rules of')).toHaveLength(1);
  });
});

describe('words that people search for', () => {
  const all = (text: string, words: string) =>
    occurrences(text, words, 10).map(({ start, end }) => text.slice(start, end));

  test('are found whatever their case and the space between them', () => {
    expect(all('The Green\n Light. green light', 'green light')).toEqual(['Green\n Light', 'green light']);
  });

  test('are told from others by their points', () => {
    expect(all('74 m and 7.4 m', '7.4 m')).toEqual(['7.4 m']);
  });

  test('are found behind letters whose small form is longer, and through emphasis', () => {
    expect(all('İİ a pier', 'pier')).toEqual(['pier']);
    expect(all('over **60 metres** long', '60 metres long')).toEqual(['60 metres** long']);
    expect(all('2*3', '2*3')).toEqual(['2*3']);
  });

  test('are told so often as one asks, and nothing is found nowhere', () => {
    expect(occurrences('a a a', 'a', 2)).toHaveLength(2);
    expect(all('a', '  ')).toEqual([]);
  });
});

test('what overlaps is taken apart, each piece with all that it belongs to', () => {
  expect(segments([
    { start: 5, end: 10, id: 'q0' }, { start: 0, end: 7, id: 'h1' }, { start: 12, end: 13, id: 'q0' },
  ])).toEqual([
    { start: 0, end: 5, ids: ['h1'] },
    { start: 5, end: 7, ids: ['h1', 'q0'] },
    { start: 7, end: 10, ids: ['q0'] },
    { start: 12, end: 13, ids: ['q0'] },
  ]);
});
