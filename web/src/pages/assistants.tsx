import { useEffect, useState } from 'preact/hooks';

import { ApiError, type Assistant, inWords } from '../api';
import { remember } from '../recent';
import { link } from '../route';
import { useClient } from '../session';
import { Button, count, Dialog, Empty, Field, useTask, Waiting, when, Wrong } from '../ui';

const LOOK_AGAIN = 1500; // milliseconds, while an assistant is being made or deleted

export function AssistantsPage() {
  const client = useClient();
  const [assistants, setAssistants] = useState<Assistant[] | null>(null);
  const [next, setNext] = useState<string | undefined>();
  const [error, setError] = useState<string | null>(null);
  const [barred, setBarred] = useState(false);
  const [creating, setCreating] = useState(false);
  const load = async (token?: string) => {
    setError(null);
    try {
      const page = await client.listAssistants(token);
      setAssistants((before) => (token ? [...(before ?? []), ...page.assistants] : page.assistants));
      setNext(page.pagination?.next);
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
  return (
    <>
      <div class="title">
        <div>
          <h1>Assistants</h1>
          <p class="note">Each one answers from its own files, and cites them.</p>
        </div>
        <Button kind="primary" onClick={() => setCreating(true)}>New assistant</Button>
      </div>
      <Wrong text={error} retry={barred ? undefined : () => void load()} />
      {barred ? <OpenByName /> : null}
      {!assistants && !error ? <Waiting what="Loading assistants…" /> : null}
      {assistants?.length === 0 ? (
        <Empty title="No assistants yet">
          <p>Make one, give it documents, and ask.</p>
          <Button kind="primary" onClick={() => setCreating(true)}>Make the first one</Button>
        </Empty>
      ) : null}
      {assistants?.length ? (
        <ul class="cards">
          {assistants.map((one) => (
            <li class="card" key={one.name}>
              {one.status === 'Terminating' ? <h2 class="faint">{one.name}</h2> : (
                <a class="cover" href={link(one.name)}><h2>{one.name}</h2></a>
              )}
              <p class="clamp">{one.instructions ?? <span class="faint">No instructions</span>}</p>
              <p class="note">
                {one.status === 'Ready' ? null : <span class="pill">{WORDS[one.status] ?? one.status}</span>}
                {' '}
                {one.metadata ? `${count(Object.keys(one.metadata).length, 'label')} · ` : ''}
                Changed {when(one.updated_at)}
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
