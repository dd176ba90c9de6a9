import { describe, expect, test } from 'vitest';

import type { SourceRun } from '../src/api';
import { countsInWords, linesOf, scheduleInWords, secondsOf } from '../src/schedule';

describe('a schedule', () => {
  test.each([['90s', 90], ['30m', 1800], [' 6H ', 21_600], ['1d', 86_400]])('%j', (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds);
    expect(scheduleInWords(seconds)).toBe(`every ${text.trim().toLowerCase()}`);
  });

  test('is none where none is given', () => {
    expect(secondsOf('  ')).toBeNull();
    expect(scheduleInWords(null)).toBe('when asked');
  });

  test.each(['6', 'h', '1h30m', '-1d', '1w', '1.5h'])('is refused with a reason: %j', (text) => {
    expect(() => secondsOf(text)).toThrow('like 30m');
  });
});

test('patterns are lines', () => {
  expect(linesOf(' *.pdf \n\n drafts/\r\n')).toEqual(['*.pdf', 'drafts/']);
});

test('counts name what there is', () => {
  const counts = {
    added: 2, changed: 0, moved: 0, removed: 0, unchanged: 1200, skipped: 0, failed: 0,
  };
  const run: SourceRun = {
    id: '1', status: 'completed', started_at: '', finished_at: null, counts, notes: [],
    error_message: null,
  };
  expect(countsInWords(run)).toBe(`2 added, ${(1200).toLocaleString()} unchanged`);
  expect(countsInWords({ ...run, counts: { ...counts, added: 0, unchanged: 0 } })).toBe('nothing there');
});
