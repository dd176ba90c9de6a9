// A filter over metadata, put together from conditions or written as the API's JSON.

import { useState } from 'preact/hooks';

import type { Json, JsonObject } from './api';
import { type Known, kindNote } from './known';
import { objectOf } from './metadata';
import { Button, count, Cross, useOwnId } from './ui';

const OPERATORS = [
  { id: '$eq', title: 'is' },
  { id: '$ne', title: 'is not' },
  { id: '$gt', title: 'is more than' },
  { id: '$gte', title: 'is at least' },
  { id: '$lt', title: 'is less than' },
  { id: '$lte', title: 'is at most' },
  { id: '$in', title: 'is one of' },
  { id: '$nin', title: 'is none of' },
  { id: '$exists', title: 'is set' },
  { id: '$missing', title: 'is not set' },
] as const;
type Operator = (typeof OPERATORS)[number]['id'];

interface Condition {
  field: string;
  operator: Operator;
  text: string;
}

export interface FilterState {
  any: boolean;
  conditions: Condition[];
  written: string | null; // JSON written by hand takes the place of the conditions
}

export const noFilter: FilterState = { any: false, conditions: [], written: null };

/** The filter as the API takes it; null for none. Throws what is wrong, in words. */
export function filterOf(state: FilterState): JsonObject | null {
  if (state.written !== null) {
    const read = objectOf(state.written);
    return Object.keys(read).length ? read : null;
  }
  const made = state.conditions.filter(complete).map(conditionOf);
  if (made.length < 2) return made[0] ?? null;
  return { [state.any ? '$or' : '$and']: made };
}

/** A condition that is still being written does not count yet; `""` asks for the empty text. */
function complete({ field, operator, text }: Condition): boolean {
  const alone = operator === '$exists' || operator === '$missing';
  return !!field.trim() && (alone || !!text.trim());
}

function conditionOf(condition: Condition): JsonObject {
  const field = condition.field.trim();
  const { operator, text } = condition;
  if (operator === '$exists') return { [field]: { $exists: true } };
  if (operator === '$missing') return { [field]: { $exists: false } };
  if (operator === '$in' || operator === '$nin') {
    return { [field]: { [operator]: text.split(',').map((one) => typed(one)) } };
  }
  const value = typed(text);
  if (operator !== '$eq' && operator !== '$ne' && typeof value !== 'number') {
    throw new Error(`“${field}” can be compared with a number only, not with “${text.trim()}”.`);
  }
  return { [field]: { [operator]: value } };
}

function Kinds({ known, condition }: { known: Known | undefined; condition: Condition }) {
  const { field, operator, text } = condition;
  if (!text.trim() || !['$eq', '$ne'].includes(operator)) return null;
  const note = kindNote(known, field.trim(), typed(text));
  return note ? <p class="note" role="status">{note}</p> : null;
}

/** Numbers and true or false are what they look like; quotation marks make anything a text. */
function typed(raw: string): Json {
  const text = raw.trim();
  const quoted = /^"(.*)"$/.exec(text);
  if (quoted) return quoted[1]!;
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text;
}

export function FilterBuilder(props: {
  state: FilterState;
  change: (state: FilterState) => void;
  known?: Known;
}) {
  const { state, change } = props;
  const [added, setAdded] = useState(-1);
  const id = useOwnId();
  const set = (index: number, values: Partial<Condition>) => {
    const conditions = state.conditions.map((one, at) =>
      at === index ? { ...one, ...values } : one);
    change({ ...state, conditions });
  };
  let json = '';
  let error: string | null = null;
  try {
    const made = filterOf(state);
    json = made ? JSON.stringify(made, null, 2) : '';
  } catch (failure) {
    error = (failure as Error).message;
  }
  return (
    <div class="filter" role="group" aria-label="Filter">
      <datalist id={id}>
        {[...(props.known?.keys() ?? [])].map((field) => <option value={field} />)}
      </datalist>
      {state.written !== null ? (
        <textarea
          aria-label="Filter as JSON"
          class="mono"
          rows={6}
          spellcheck={false}
          value={state.written}
          onInput={(event) => change({ ...state, written: event.currentTarget.value })}
        />
      ) : (
        <>
          {state.conditions.length > 1 ? (
            <label class="inline">
              Match
              <select
                value={state.any ? 'any' : 'all'}
                onChange={(event) =>
                  change({ ...state, any: event.currentTarget.value === 'any' })}
              >
                <option value="all">all of these</option>
                <option value="any">any of these</option>
              </select>
            </label>
          ) : null}
          {state.conditions.map((condition, index) => (
            <div class="condition" key={index}>
            <div class="row">
              <input
                aria-label={`Field ${index + 1}`}
                placeholder="field"
                list={id}
                value={condition.field}
                ref={(element) => {
                  if (element && added === index) {
                    setAdded(-1);
                    element.focus();
                  }
                }}
                onInput={(event) => set(index, { field: event.currentTarget.value })}
              />
              <select
                aria-label={`Comparison ${index + 1}`}
                value={condition.operator}
                onChange={(event) =>
                  set(index, { operator: event.currentTarget.value as Operator })}
              >
                {OPERATORS.map((one) => <option value={one.id}>{one.title}</option>)}
              </select>
              {condition.operator === '$exists' || condition.operator === '$missing' ? null : (
                <input
                  list={`${id}-${index}`}
                  aria-label={`Value ${index + 1}`}
                  placeholder={/in$/.test(condition.operator) ? 'one, two' : 'value'}
                  value={condition.text}
                  onInput={(event) => set(index, { text: event.currentTarget.value })}
                />
              )}
              <Button
                kind="quiet"
                class="icon"
                aria-label={`Remove condition ${index + 1}`}
                onClick={() =>
                  change({
                    ...state,
                    conditions: state.conditions.filter((_, at) => at !== index),
                  })}
              >
                <Cross />
              </Button>
            </div>
            <datalist id={`${id}-${index}`}>
              {props.known?.get(condition.field.trim())?.map((one) => (
                <option value={one.written} label={`${one.written} (${one.kind}, ${count(one.files, 'file')})`} />
              ))}
            </datalist>
            <Kinds known={props.known} condition={condition} />
            </div>
          ))}
        </>
      )}
      <div class="line">
        {state.written === null ? (
          <>
            <Button
              class="small"
              onClick={() => {
                setAdded(state.conditions.length);
                const added: Condition = { field: '', operator: '$eq', text: '' };
                change({ ...state, conditions: [...state.conditions, added] });
              }}
            >
              Add a condition
            </Button>
            <Button
              kind="quiet"
              class="small"
              onClick={() => change({ ...state, written: json || '{}' })}
            >
              Write JSON
            </Button>
          </>
        ) : (
          <Button class="small" onClick={() => change({ ...state, written: null })}>
            Back to conditions
          </Button>
        )}
        {state.conditions.length || state.written !== null ? (
          <Button kind="quiet" class="small" onClick={() => change(noFilter)}>Clear</Button>
        ) : null}
      </div>
      {error ? <p class="note wrong" role="alert">{error}</p> : null}
      {json && state.written === null ? (
        <details class="quiet">
          <summary>As the API takes it</summary>
          <pre class="mono" tabIndex={0}>{json}</pre>
        </details>
      ) : null}
    </div>
  );
}
