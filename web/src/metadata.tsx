// A file's metadata: flat, each value a text, a number, yes or no, or a list of texts.

import { useState } from 'preact/hooks';

import type { Json, JsonObject } from './api';
import { Button, Cross } from './ui';

type Kind = 'text' | 'number' | 'truth' | 'list';
export interface Row {
  key: string;
  kind: Kind;
  text: string;
}

const KINDS: readonly { id: Kind; title: string }[] = [
  { id: 'text', title: 'Text' },
  { id: 'number', title: 'Number' },
  { id: 'truth', title: 'Yes / no' },
  { id: 'list', title: 'List' },
];

export function rowsOf(metadata: JsonObject | null): Row[] {
  return Object.entries(metadata ?? {}).map(([key, value]) => {
    if (Array.isArray(value)) return { key, kind: 'list', text: value.join(', ') };
    if (typeof value === 'boolean') return { key, kind: 'truth', text: String(value) };
    return { key, kind: typeof value === 'number' ? 'number' : 'text', text: String(value) };
  });
}

/** Metadata of the rows. Throws what is wrong, in words. */
export function metadataOf(rows: readonly Row[]): JsonObject | null {
  const made: [string, Json][] = [];
  for (const row of rows) {
    const key = row.key.trim();
    if (!key && !row.text.trim()) continue;
    if (!key) throw new Error('Give every value a name.');
    if (key.startsWith('$')) throw new Error(`The name “${key}” must not begin with $.`);
    if (made.some(([name]) => name === key)) throw new Error(`The name “${key}” is there twice.`);
    made.push([key, typed(key, row)]);
  }
  return made.length ? Object.fromEntries(made) : null;
}

function typed(key: string, row: Row): Json {
  if (row.kind === 'truth') return row.text === 'true';
  if (row.kind === 'list') return row.text.split(',').map((one) => one.trim()).filter(Boolean);
  if (row.kind === 'text') return row.text;
  const number = Number(row.text);
  if (!row.text.trim() || !Number.isFinite(number)) {
    throw new Error(`“${key}” is to be a number, but “${row.text}” is none.`);
  }
  return number;
}

export function MetadataRows({ rows, change }: { rows: Row[]; change: (rows: Row[]) => void }) {
  const [added, setAdded] = useState(-1);
  const set = (index: number, values: Partial<Row>) =>
    change(rows.map((row, at) => (at === index ? { ...row, ...values } : row)));
  return (
    <div class="rows" role="group" aria-label="Metadata">
      {rows.map((row, index) => (
        <div class="row" key={index}>
          <input
            aria-label={`Name ${index + 1}`}
            placeholder="name"
            value={row.key}
            ref={(element) => {
              if (element && added === index) {
                setAdded(-1);
                element.focus();
              }
            }}
            onInput={(event) => set(index, { key: event.currentTarget.value })}
          />
          <select
            aria-label={`Kind of value ${index + 1}`}
            value={row.kind}
            onChange={(event) => {
              const kind = event.currentTarget.value as Kind;
              set(index, { kind, text: kind === 'truth' ? 'true' : row.text });
            }}
          >
            {KINDS.map((kind) => <option value={kind.id}>{kind.title}</option>)}
          </select>
          {row.kind === 'truth' ? (
            <select
              aria-label={`Value ${index + 1}`}
              value={row.text}
              onChange={(event) => set(index, { text: event.currentTarget.value })}
            >
              <option value="true">yes</option>
              <option value="false">no</option>
            </select>
          ) : (
            <input
              aria-label={`Value ${index + 1}`}
              placeholder={row.kind === 'list' ? 'one, two, three' : 'value'}
              inputMode={row.kind === 'number' ? 'decimal' : 'text'}
              value={row.text}
              onInput={(event) => set(index, { text: event.currentTarget.value })}
            />
          )}
          <Button
            kind="quiet"
            class="icon"
            aria-label={`Remove ${row.key || `value ${index + 1}`}`}
            onClick={() => change(rows.filter((_, at) => at !== index))}
          >
            <Cross />
          </Button>
        </div>
      ))}
      <Button
        class="small"
        onClick={() => {
          setAdded(rows.length);
          change([...rows, { key: '', kind: 'text', text: '' }]);
        }}
      >
        Add a value
      </Button>
    </div>
  );
}

/** Any JSON object, as assistants have it. Throws what is wrong, in words. */
export function objectOf(text: string): JsonObject {
  if (!text.trim()) return {};
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (failure) {
    throw new Error(`This is not JSON: ${(failure as Error).message}`);
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    throw new Error('This must be a JSON object, such as {"team": "support"}.');
  }
  return read as JsonObject;
}

export function Tags({ metadata }: { metadata: JsonObject | null }) {
  const entries = Object.entries(metadata ?? {});
  if (!entries.length) return null;
  return (
    <ul class="tags" aria-label="Metadata">
      {entries.map(([key, value]) => (
        <li><span>{key}</span> {Array.isArray(value) ? value.join(', ') : String(value)}</li>
      ))}
    </ul>
  );
}
