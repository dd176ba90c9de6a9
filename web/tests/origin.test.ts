import { describe, expect, test } from 'vitest';

import type { JsonObject } from '../src/api';
import { originOf } from '../src/viewer/origin';

const page = { source_url: 'https://docs.example/guide' };

describe('the page that a file was made from', () => {
  test('is opened at the quoted words', () => {
    expect(originOf(page, 'at 42 bar, two-way')).toBe(
      'https://docs.example/guide#:~:text=at%2042%20bar%2C%20two%2Dway',
    );
  });

  test('is opened at the ends of a long quote', () => {
    const words = Array.from({ length: 30 }, (_, index) => `w${index}`);
    expect(originOf(page, words.join(' '))).toBe(
      'https://docs.example/guide#:~:text='
      + 'w0%20w1%20w2%20w3%20w4%20w5%20w6%20w7,w22%20w23%20w24%20w25%20w26%20w27%20w28%20w29',
    );
  });

  test('is opened as it is without a quote, or where words cannot be named', () => {
    expect(originOf(page, ' ')).toBe('https://docs.example/guide');
    for (const url of ['https://docs.example/a.pdf', 'https://docs.example/a#b']) {
      expect(originOf({ source_url: url }, 'x')).toBe(url);
    }
  });

  test.each<JsonObject | null | undefined>([
    null, undefined, {}, { source_url: 7 }, { source_url: 's3://bucket/a' },
    { source_url: 'javascript:alert(1)' }, { source_url: ' https://docs.example/' },
  ])('is none: %j', (metadata) => {
    expect(originOf(metadata, 'x')).toBeNull();
  });
});
