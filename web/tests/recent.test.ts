import { beforeEach, expect, test } from 'vitest';

import { type Call, forget, recent, remember } from '../src/recent';

const listed = (assistant: string): Call => ({ kind: 'list', assistant, filter: null });

beforeEach(forget);

test('calls are kept newest first, each once', () => {
  remember(listed('a'));
  remember({ kind: 'create', body: { name: 'b' } });
  remember(listed('a'));
  expect(recent('a').map((call) => call.kind)).toEqual(['list', 'create']);
});

test('calls of other assistants are not shown', () => {
  remember(listed('a'));
  expect(recent('b')).toEqual([]);
});

test('only the last are kept, and none after signing out', () => {
  for (let one = 0; one < 50; one += 1) remember({ kind: 'chat', assistant: 'a', body: { one } });
  expect(recent('a')).toHaveLength(12);
  forget();
  expect(recent('a')).toEqual([]);
});
