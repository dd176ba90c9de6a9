import { expect, test } from 'vitest';

import type { CountedAssistant } from '../src/api';
import { arranged } from '../src/pages/assistants';

const one = (name: string, available: number, bytes: number, day: number, instructions: string | null) =>
  ({
    name, bytes, instructions, updated_at: `2026-01-0${day}T00:00:00Z`,
    files: { available, processing: 0, failed: 0, deleting: 0 },
  }) as CountedAssistant;
const ALL = [one('b2', 1, 90, 1, 'Be brief.'), one('b10', 5, 10, 3, null), one('a', 2, 50, 2, null)];

test.each([
  ['changed', ['b10', 'a', 'b2']],
  ['name', ['a', 'b2', 'b10']],
  ['files', ['b10', 'a', 'b2']],
  ['size', ['b2', 'a', 'b10']],
] as const)('assistants are put in order by %s', (order, expected) => {
  expect(arranged(ALL, '', order).map((each) => each.name)).toEqual(expected);
});

test('assistants are found by name and instructions', () => {
  expect(arranged(ALL, 'BRIEF b', 'name').map((each) => each.name)).toEqual(['b2']);
});
