// How often a source runs, in the words that the command line uses, and what its runs did.

import type { SourceRun } from './api';

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds of `30m`, `6h` or `1d`; null for nothing. Throws with a reason. */
export function secondsOf(text: string): number | null {
  const trimmed = text.trim().toLowerCase();
  if (!trimmed) return null;
  const match = /^(\d{1,7})([smhd])$/.exec(trimmed);
  if (!match) throw new Error('Write a length of time like 30m, 6h or 1d.');
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

/** The same in the largest unit that holds it whole. */
export function scheduleInWords(seconds: number | null): string {
  if (seconds === null) return 'when asked';
  const unit = (['d', 'h', 'm'] as const).find((one) => seconds % UNITS[one] === 0) ?? 's';
  return `every ${seconds / UNITS[unit]}${unit}`;
}

/** Patterns, one a line. */
export function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter(Boolean);
}

/** `2 added, 40 unchanged`. */
export function countsInWords(run: SourceRun): string {
  const shown = Object.entries(run.counts).filter(([, number]) => number);
  return shown.map(([change, number]) => `${number.toLocaleString()} ${change}`).join(', ')
    || 'nothing there';
}
