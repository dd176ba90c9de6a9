import { describe, expect, test } from 'vitest';

import { metadataOf, objectOf, rowsOf } from '../src/metadata';

describe('metadata', () => {
  test('comes back from its rows as it was', () => {
    const metadata = { team: 'docs', year: 2024, open: false, tags: ['a', 'b'] };
    expect(metadataOf(rowsOf(metadata))).toEqual(metadata);
    expect(metadataOf(rowsOf(null))).toBeNull();
  });

  test('keeps a text that looks like a number a text', () => {
    expect(metadataOf([{ key: 'code', kind: 'text', text: '007' }])).toEqual({ code: '007' });
  });

  test.each([
    [[{ key: '', kind: 'text', text: 'x' }], 'a name'],
    [[{ key: '$x', kind: 'text', text: 'x' }], 'must not begin with $'],
    [[{ key: 'a', kind: 'text', text: '1' }, { key: ' a', kind: 'text', text: '2' }], 'twice'],
    [[{ key: 'a', kind: 'number', text: 'many' }], '“many”'],
    [[{ key: 'a', kind: 'number', text: ' ' }], 'number'],
    [[{ key: 'a', kind: 'number', text: 'Infinity' }], 'number'],
  ] as const)('is refused with a reason: %j', (rows, reason) => {
    expect(() => metadataOf(rows)).toThrow(reason);
  });

  test('an empty row counts for nothing', () => {
    expect(metadataOf([{ key: ' ', kind: 'text', text: '' }])).toBeNull();
  });
});

test('a JSON object is read, and nothing else', () => {
  expect(objectOf(' ')).toEqual({});
  expect(objectOf('{"a": [1]}')).toEqual({ a: [1] });
  for (const text of ['null', '[]', '"x"', '3']) expect(() => objectOf(text)).toThrow('JSON object');
});
