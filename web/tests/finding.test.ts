import { describe, expect, test } from 'vitest';

import { find, letters } from '../src/viewer/finding';

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
