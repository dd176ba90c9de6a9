// Which model answers as an assistant where a request names none: Lodgepole's own.

import { useEffect, useState } from 'preact/hooks';

import { inWords } from '../api';
import { useClient } from '../session';
import { Button, Field, Told, useTask, Wrong } from '../ui';

export function DefaultModel({ assistant }: { assistant: string }) {
  const client = useClient();
  const [names, setNames] = useState<string[]>([]);
  const [kept, setKept] = useState<string | null>(null);
  const [chosen, setChosen] = useState('');
  const [unread, setUnread] = useState<string | null>(null);
  const [saved, setSaved] = useState(false);
  const { busy, error, run } = useTask();
  const load = () => {
    setUnread(null);
    Promise.all([client.wholeAssistant(assistant), client.modelsOf(assistant)]).then(
      ([found, models]) => {
        setKept(found.default_model ?? '');
        setChosen(found.default_model ?? '');
        setNames(models);
      },
      (failure: unknown) => setUnread(inWords(failure)),
    );
  };
  useEffect(load, [assistant]);
  if (kept === null) return <Wrong text={unread} retry={load} />;
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        void run(async () => {
          setKept((await client.setDefaultModel(assistant, chosen)).default_model ?? '');
          setSaved(true);
        });
      }}
    >
      <Field
        label="Default model"
        help="Answers where a request names no model. Pinecone's clients may name one by themselves."
      >
        {({ id, describedBy }) => (
          <select
            id={id}
            aria-describedby={describedBy}
            value={chosen}
            onChange={(event) => {
              setChosen(event.currentTarget.value);
              setSaved(false);
            }}
          >
            <option value="">The server’s default</option>
            {offered(names, kept).map((name) => <option key={name} value={name}>{name}</option>)}
          </select>
        )}
      </Field>
      <Wrong text={error} />
      {saved ? <Told>Saved.</Told> : null}
      <div class="actions">
        <Button kind="primary" type="submit" disabled={busy || chosen === kept}>
          {busy ? 'Saving…' : 'Save model'}
        </Button>
      </div>
    </form>
  );
}

/** The names to choose from, one that is set and was taken away since included. */
export function offered(names: string[], kept: string): string[] {
  return kept && !names.includes(kept) ? [...names, kept] : names;
}
