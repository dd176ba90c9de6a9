import { useEffect, useState } from 'preact/hooks';

import { ApiError, type CountedAssistant, inWords } from '../api';
import { remember } from '../recent';
import { useMay } from '../rights';
import { link } from '../route';
import { useClient } from '../session';
import { Button, count, Dialog, Empty, Field, size, useTask, Waiting, when, Wrong } from '../ui';

const MOST = 2000; // that are fetched at once, so that they can be searched and sorted
const LOOK_AGAIN = 1500; // milliseconds, while an assistant is being made or deleted

export function AssistantsPage() {
  const client = useClient();
  const [assistants, setAssistants] = useState<CountedAssistant[] | null>(null);
  const [search, setSearch] = useState('');
  const [order, setOrder] = useState<Order>('changed');
  const makes = useMay('write assistants');
  const [next, setNext] = useState<string | undefined>();
  const [error, setError] = useState<string | null>(null);
  const [barred, setBarred] = useState(false);
  const [creating, setCreating] = useState(false);
  const load = async (token?: string) => {
    setError(null);
    try {
      const found = token ? [...(assistants ?? [])] : [];
      const most = found.length + MOST;
      let at = token;
      do {
        const page = await client.listCounted(at);
        found.push(...page.assistants);
        at = page.pagination?.next;
      } while (at && found.length < most);
      setAssistants(found);
      setNext(at);
    } catch (failure) {
      setError(inWords(failure));
      setBarred(failure instanceof ApiError && failure.status === 403);
    }
  };
  useEffect(() => void load(), []);
  const changing = assistants?.some((one) => /^(Initializing|Terminating)$/.test(one.status));
  useEffect(() => {
    if (!changing) return;
    const timer = setTimeout(() => void load(), LOOK_AGAIN);
    return () => clearTimeout(timer);
  }, [assistants]);
  const shown = arranged(assistants ?? [], search, order);
  return (
    <>
      <div class="title">
        <div>
          <h1>Assistants</h1>
          <p class="note">Each one answers from its own files, and cites them.</p>
        </div>
        {makes ? <Button kind="primary" onClick={() => setCreating(true)}>New assistant</Button> : null}
      </div>
      {assistants && assistants.length > 1 ? (
        <div class="tools" role="search" aria-label="Assistants">
          <input
            type="search"
            aria-label="Search assistants"
            placeholder="Search by name or instructions"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
          <select
            aria-label="Order"
            value={order}
            onChange={(event) => setOrder(event.currentTarget.value as Order)}
          >
            {ORDERS.map((one) => <option value={one.id}>{one.title}</option>)}
          </select>
        </div>
      ) : null}
      <Wrong text={error} retry={barred ? undefined : () => void load()} />
      {barred ? <OpenByName /> : null}
      {!assistants && !error ? <Waiting what="Loading assistants…" /> : null}
      {assistants?.length === 0 ? (
        <Empty title="No assistants yet">
          <p>Make one, give it documents, and ask.</p>
          {makes
            ? <Button kind="primary" onClick={() => setCreating(true)}>Make the first one</Button>
            : null}
        </Empty>
      ) : null}
      {assistants?.length && !shown.length ? <Empty title="No assistant matches" /> : null}
      {shown.length ? (
        <ul class="cards">
          {shown.map((one) => (
            <li class="card" key={one.name}>
              {one.status === 'Terminating' ? <h2 class="faint">{one.name}</h2> : (
                <a class="cover" href={link(one.name)}><h2>{one.name}</h2></a>
              )}
              <p class="clamp">{one.instructions ?? <span class="faint">No instructions</span>}</p>
              <p class="note">
                {one.status === 'Ready' ? null : <span class="pill">{WORDS[one.status] ?? one.status}</span>}
                {' '}
                {filesInWords(one)} · changed {when(one.updated_at)}
              </p>
            </li>
          ))}
        </ul>
      ) : null}
      {next ? <Button onClick={() => void load(next)}>Load more</Button> : null}
      {creating ? <Create close={() => setCreating(false)} /> : null}
    </>
  );
}

type Order = 'changed' | 'name' | 'files' | 'size';
const ORDERS: readonly { id: Order; title: string }[] = [
  { id: 'changed', title: 'Last changed first' },
  { id: 'name', title: 'By name' },
  { id: 'files', title: 'Most files first' },
  { id: 'size', title: 'Largest first' },
];

const filesOf = ({ files }: CountedAssistant): number =>
  files.available + files.processing + files.failed;

/** Those whose name or instructions have all the words, in order. */
export function arranged(
  all: readonly CountedAssistant[],
  search: string,
  order: Order,
): CountedAssistant[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter((one) => {
    const text = `${one.name} ${one.instructions ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const name = (a: CountedAssistant, b: CountedAssistant) =>
    a.name.localeCompare(b.name, undefined, { numeric: true });
  const compare: Record<Order, (a: CountedAssistant, b: CountedAssistant) => number> = {
    changed: (a, b) => Date.parse(b.updated_at) - Date.parse(a.updated_at) || name(a, b),
    name,
    files: (a, b) => filesOf(b) - filesOf(a) || name(a, b),
    size: (a, b) => b.bytes - a.bytes || name(a, b),
  };
  return found.sort(compare[order]);
}

function filesInWords(one: CountedAssistant): string {
  const number = filesOf(one);
  if (!number) return 'No files';
  return [
    `${count(number, 'file')}, ${size(one.bytes)}`,
    one.files.processing ? `${one.files.processing.toLocaleString()} being read` : null,
    one.files.failed ? `${one.files.failed.toLocaleString()} failed` : null,
  ].filter(Boolean).join(' · ');
}

const WORDS: Record<string, string> = {
  Initializing: 'Being made',
  Terminating: 'Being deleted',
  InitializationFailed: 'Failed',
};
const NAME = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

function Create({ close }: { close: () => void }) {
  const client = useClient();
  const [name, setName] = useState('');
  const [instructions, setInstructions] = useState('');
  const [wrongName, setWrongName] = useState<string | null>(null);
  const { busy, error, run } = useTask();
  const create = () => {
    if (!NAME.test(name)) {
      setWrongName('Use 1 to 63 letters, digits or hyphens, with a letter or digit at both ends.');
      return;
    }
    void run(async () => {
      const body = { name, ...(instructions.trim() ? { instructions } : {}) };
      await client.createAssistant(body);
      remember({ kind: 'create', body });
      close();
      location.hash = link(name, 'files');
    });
  };
  return (
    <Dialog title="New assistant" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create();
        }}
      >
        <Field
          label="Name"
          error={wrongName}
          help="Letters, digits and hyphens; programs use it as the address."
        >
          {({ id, describedBy }) => (
            <input
              id={id}
              data-first
              value={name}
              autocomplete="off"
              spellcheck={false}
              aria-describedby={describedBy}
              aria-invalid={!!wrongName}
              onInput={(event) => {
                setName(event.currentTarget.value);
                setWrongName(null);
              }}
            />
          )}
        </Field>
        <Field
          label="Instructions (optional)"
          help="Followed by language models in every answer, e.g. whom it speaks to and how long answers may be."
        >
          {({ id, describedBy }) => (
            <textarea
              id={id}
              rows={4}
              aria-describedby={describedBy}
              value={instructions}
              onInput={(event) => setInstructions(event.currentTarget.value)}
            />
          )}
        </Field>
        <Wrong text={error} />
        <div class="actions">
          <Button onClick={close}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={busy}>
            {busy ? 'Creating…' : 'Create'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** A key that may not list assistants can still work with one whose name is known. */
function OpenByName() {
  const [name, setName] = useState('');
  return (
    <form
      class="line"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) location.hash = link(name.trim());
      }}
    >
      <label class="inline">
        Assistant
        <input value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <Button kind="primary" type="submit">Open</Button>
    </form>
  );
}
