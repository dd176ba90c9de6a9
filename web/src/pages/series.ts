// Usage by day and assistant as series of numbers, one a day. Pure.

import type { AssistantDay, UsageReport } from '../api';
import { size } from '../ui';

export type Measure = 'requests' | 'tokens' | 'files' | 'storage';

export const MEASURES: readonly { id: Measure; title: string }[] = [
  { id: 'requests', title: 'Questions' },
  { id: 'tokens', title: 'Tokens' },
  { id: 'files', title: 'Files' },
  { id: 'storage', title: 'Storage' },
];

export interface Series {
  name: string;
  values: (number | null)[]; // one for each day; null where it is not known
  whole: number; // what it comes to: the sum, or the last for what is held
}

const DAY = 86_400_000; // milliseconds
const MOST = 5; // assistants with a colour of their own
export const REST = 'Others';

/** The days that a report is about, oldest first. */
export function daysOf(usage: Pick<UsageReport, 'since'>, days: number): string[] {
  const first = Date.parse(usage.since);
  return Array.from({ length: days }, (_, at) =>
    new Date(first + at * DAY).toISOString().slice(0, 10));
}

const held = (measure: Measure) => measure === 'files' || measure === 'storage';

function measured(day: AssistantDay, measure: Measure): number | null {
  if (measure === 'requests') return day.requests;
  if (measure === 'tokens') return day.prompt_tokens + day.completion_tokens;
  return measure === 'files' ? day.files : day.bytes;
}

/** The assistants with the most, each a series, and the others together. */
export function seriesOf(
  rows: readonly AssistantDay[],
  days: readonly string[],
  measure: Measure,
): Series[] {
  const place = new Map(days.map((day, at) => [day, at]));
  const noted = new Set(rows.filter((row) => row.files !== null).map((row) => row.day));
  const names = [...new Set(rows.map((row) => row.assistant))];
  const all = names.map((name): Series => {
    const values: (number | null)[] = days.map(() => held(measure) ? null : 0);
    for (const row of rows) {
      const at = place.get(row.day);
      if (row.assistant === name && at !== undefined) values[at] = measured(row, measure);
    }
    return { name: name || REST, values: held(measure) ? carried(values, days, noted) : values, whole: 0 };
  }).map((one) => ({ ...one, whole: wholeOf(one.values, measure) }));
  all.sort((a, b) => b.whole - a.whole || a.name.localeCompare(b.name));
  const some = all.filter((one) => one.values.some((value) => value));
  const own = some.filter((one) => one.name !== REST).slice(0, MOST);
  const others = some.filter((one) => !own.includes(one));
  if (!others.length) return own;
  const values = days.map((_, at) => {
    const known = others.map((one) => one.values[at]!).filter((value) => value !== null);
    return known.length ? known.reduce((sum, value) => sum + value, 0) : null;
  });
  return [...own, { name: REST, values, whole: wholeOf(values, measure) }];
}

/** What is held stays until it is noted again; who is missing in a note holds nothing. */
function carried(
  values: readonly (number | null)[],
  days: readonly string[],
  noted: ReadonlySet<string>,
): (number | null)[] {
  let last: number | null = null;
  return values.map((value, at) => {
    if (value !== null) last = value;
    else if (noted.has(days[at]!)) last = last === null ? null : 0;
    return last;
  });
}

function wholeOf(values: readonly (number | null)[], measure: Measure): number {
  if (held(measure)) return values.at(-1) ?? 0;
  return values.reduce((sum: number, value) => sum + (value ?? 0), 0);
}

export function told(value: number, measure: Measure): string {
  return measure === 'storage' ? size(value) : short(value);
}

export function short(number: number): string {
  return number.toLocaleString(undefined, { notation: 'compact', maximumFractionDigits: 1 });
}

export function dayInWords(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(undefined, {
    day: 'numeric', month: 'short', timeZone: 'UTC',
  });
}
