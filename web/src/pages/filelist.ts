// Files as a list: searched, sorted, and by their status. Pure.

import type { File_, Json, JsonObject } from '../api';

export type Order = 'name' | 'size' | 'date' | 'status';
export type Status = File_['status'];

export const ORDERS: readonly { id: Order; title: string }[] = [
  { id: 'date', title: 'Newest first' },
  { id: 'name', title: 'By name' },
  { id: 'size', title: 'Largest first' },
  { id: 'status', title: 'By status' },
];

/** What needs a look comes first. */
const STATUSES: readonly Status[] = ['ProcessingFailed', 'Processing', 'Deleting', 'Available'];

const NAMES = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

export function listed(
  files: readonly File_[],
  by: { search: string; status: Status | ''; order: Order },
): File_[] {
  const words = by.search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = files.filter((file) => {
    const name = file.name.toLowerCase();
    return (!by.status || file.status === by.status) && words.every((word) => name.includes(word));
  });
  const name = (a: File_, b: File_) => NAMES.compare(a.name, b.name);
  const compare: Record<Order, (a: File_, b: File_) => number> = {
    name,
    size: (a, b) => b.size - a.size || name(a, b),
    date: (a, b) => Date.parse(b.updated_on) - Date.parse(a.updated_on) || name(a, b),
    status: (a, b) => STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) || name(a, b),
  };
  return found.sort(compare[by.order]);
}

/** How many there are of each status that there is. */
export function byStatus(files: readonly File_[]): Map<Status, number> {
  const counts = new Map<Status, number>();
  for (const status of STATUSES) {
    const number = files.filter((file) => file.status === status).length;
    if (number) counts.set(status, number);
  }
  return counts;
}

/** Metadata with values set and names taken away; the rest stays. */
export function changed(
  metadata: JsonObject | null,
  set: { [key: string]: Json } | null,
  removed: readonly string[],
): JsonObject {
  const kept = Object.entries({ ...(metadata ?? {}), ...(set ?? {}) })
    .filter(([key]) => !removed.includes(key) || (set !== null && key in set));
  return Object.fromEntries(kept);
}
