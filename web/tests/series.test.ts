import { expect, test } from 'vitest';

import type { AssistantDay } from '../src/api';
import { daysOf, REST, seriesOf, told } from '../src/pages/series';

const row = (day: string, assistant: string, requests: number, files: number | null = null): AssistantDay =>
  ({
    day, assistant, requests, prompt_tokens: requests * 10, completion_tokens: requests, files,
    bytes: files === null ? null : files * 100,
  });
const DAYS = daysOf({ since: '2026-02-27' }, 4);

test('days follow each other over the end of a month', () => {
  expect(DAYS).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']);
});

test('days without questions count nothing, the busiest comes first', () => {
  const series = seriesOf([row('2026-02-28', 'a', 1), row('2026-02-27', 'b', 5), row('2026-03-02', 'b', 2)], DAYS, 'requests');
  expect(series).toEqual([
    { name: 'b', values: [5, 0, 0, 2], whole: 7 }, { name: 'a', values: [0, 1, 0, 0], whole: 1 },
  ]);
  expect(seriesOf([row('2026-02-28', 'a', 2)], DAYS, 'tokens')[0]!.whole).toBe(22);
});

test('what is held stays until it is noted again, and is unknown before the first note', () => {
  const rows = [
    row('2026-02-28', 'a', 1, 3), row('2026-02-28', 'b', 0, 1), row('2026-03-02', 'a', 0, 4),
  ];
  expect(seriesOf(rows, DAYS, 'files')).toEqual([
    { name: 'a', values: [null, 3, 3, 4], whole: 4 },
    { name: 'b', values: [null, 1, 1, 0], whole: 0 },
  ]);
  expect(seriesOf(rows, DAYS, 'storage')[0]!.values).toEqual([null, 300, 300, 400]);
});

test('beyond five assistants the others stand together', () => {
  const rows = ['a', 'b', 'c', 'd', 'e', 'f', ''].map((name, at) => row('2026-02-27', name, 10 - at));
  const series = seriesOf(rows, DAYS, 'requests');
  expect(series.map((one) => one.name)).toEqual(['a', 'b', 'c', 'd', 'e', REST]);
  expect(series.at(-1)!.whole).toBe(5 + 4);
});

test('numbers are told as what they are', () => {
  expect([told(2500, 'storage'), told(2500, 'tokens')]).toEqual(['2.5 kB', '2.5K']);
});
