// The values of metadata that there are, by name and kind: `2025` may be a text in one file and a
// number in another, and a filter finds them apart.

import type { Json, JsonObject } from './api';

type Kind = 'text' | 'number' | 'yes or no';

interface Value {
  written: string; // as a filter takes it
  kind: Kind;
  files: number;
}

export type Known = ReadonlyMap<string, readonly Value[]>;

const MOST_VALUES = 200; // of one name

export function knownValues(all: Iterable<JsonObject | null>): Known {
  const found = new Map<string, Map<string, Value>>();
  for (const metadata of all) {
    for (const [name, value] of Object.entries(metadata ?? {})) {
      const values = found.get(name) ?? new Map<string, Value>();
      found.set(name, values);
      for (const one of Array.isArray(value) ? value : [value]) {
        const written = writtenAs(one);
        const known = values.get(written);
        if (known) known.files += 1;
        else if (values.size < MOST_VALUES) values.set(written, { written, kind: kindOf(one), files: 1 });
      }
    }
  }
  const sorted = [...found].sort(([a], [b]) => a.localeCompare(b));
  return new Map(sorted.map(([name, values]) => [
    name, [...values.values()].sort((a, b) => a.written.localeCompare(b.written, undefined, { numeric: true })),
  ]));
}

function kindOf(value: Json): Kind {
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'yes or no' : 'text';
}

/** Texts that look like something else stand between quotation marks. */
export function writtenAs(value: Json): string {
  if (typeof value !== 'string') return String(value);
  return /^(?:true|false|-?\d+(?:\.\d+)?|".*"|\s.*|.*\s|)$/.test(value) ? `"${value}"` : value;
}

/** What one should know of a condition's value: its kind is not that of the files, or one of two. */
export function kindNote(known: Known | undefined, name: string, written: Json): string | null {
  const values = known?.get(name);
  if (!values?.length || Array.isArray(written)) return null;
  const kinds = [...new Set(values.map((one) => one.kind))];
  const kind = kindOf(written);
  const other = typeof written === 'string' ? written : writtenAs(String(written));
  const twin = values.find((one) => one.kind !== kind && one.written.replace(/^"|"$/g, '') === String(written));
  if (twin) return `Files have “${name}” as a ${twin.kind} too: write ${twin.written} for those.`;
  if (kinds.length === 1 && kinds[0] !== kind && String(written)) {
    if (kinds[0] === 'text') return `“${name}” is a text in these files: write ${other}.`;
    return `“${name}” is a ${kinds[0]} in these files.`;
  }
  return null;
}
