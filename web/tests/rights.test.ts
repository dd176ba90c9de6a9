import { expect, test } from 'vitest';

import { may, sees } from '../src/rights';

test('a reader may ask, and change nothing', () => {
  const reader = { role: 'data_read' } as const;
  expect(may(reader, 'ask')).toBe(true);
  expect(may(reader, 'write files')).toBe(false);
  expect(may(reader, 'keys')).toBe(false);
});

test('a key for assistants sees their settings, not their files', () => {
  const control = { role: 'control_write' } as const;
  expect(may(control, 'write assistants')).toBe(true);
  expect([sees(control, 'settings'), sees(control, 'files'), sees(control, 'playground')]).toEqual([
    true, false, false,
  ]);
});

test('nothing is allowed while nobody is known', () => {
  expect(may(null, 'ask')).toBe(false);
});
