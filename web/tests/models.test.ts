import { expect, test } from 'vitest';

import { type Models, modelOf, notFollowed, titleOf, writerOf } from '../src/models';

const quoting = { name: 'inner', quotes: true, follows_instructions: false, takes_temperature: false };
const big = { name: 'big', quotes: false, follows_instructions: true, takes_temperature: true };
const still = { ...big, name: 'still', takes_temperature: false };
const KNOWN: Models = { default: 'inner', models: [quoting, big, still] };

test('the model that quotes is told in words, not by its name', () => {
  expect(titleOf(quoting)).toBe('Quotes only (no language model)');
  expect(writerOf(KNOWN, 'inner')).toBe('Quotes only, no language model');
  expect(writerOf(KNOWN, 'big')).toBe('big');
  expect(writerOf(KNOWN, null)).toBeNull();
});

test('a name that is not configured is answered by the default model', () => {
  expect(modelOf(KNOWN, 'gpt-4o')).toBe(quoting);
  expect(modelOf(KNOWN, '')).toBe(quoting);
  expect(modelOf(null, 'big')).toBeNull();
});

test('what has no effect is said', () => {
  expect(notFollowed(quoting)).toBe('Instructions and temperature have no effect on it.');
  expect(notFollowed(still)).toBe('Temperature has no effect on it.');
  expect(notFollowed({ ...big, follows_instructions: false })).toBe('Instructions have no effect on it.');
  expect(notFollowed(big)).toBeNull();
});
