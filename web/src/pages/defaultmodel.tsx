// Which model answers as an assistant where a request names none: Lodgepole's own.

import { useEffect, useState } from 'preact/hooks';

import { inWords } from '../api';
import { listModels, type Model, modelOf, type Models, notFollowed, titleOf } from '../models';
import { useMay } from '../rights';
import { useClient } from '../session';
import { Button, Field, Told, useTask, Wrong } from '../ui';

export function DefaultModel({ assistant }: { assistant: string }) {
  const client = useClient();
  const [models, setModels] = useState<Models | null>(null);
  const [kept, setKept] = useState<string | null>(null);
  const [chosen, setChosen] = useState('');
  const [unread, setUnread] = useState<string | null>(null);
  const [saved, setSaved] = useState(false);
  const writes = useMay('write assistants');
  const { busy, error, run } = useTask();
  const load = () => {
    setUnread(null);
    Promise.all([client.wholeAssistant(assistant), listModels(client)]).then(
      ([found, known]) => {
        setKept(found.default_model ?? '');
        setChosen(found.default_model ?? '');
        setModels(known);
      },
      (failure: unknown) => setUnread(inWords(failure)),
    );
  };
  useEffect(load, [assistant]);
  if (kept === null) return <Wrong text={unread} retry={load} />;
  const standard = modelOf(models, '');
  const answers = modelOf(models, chosen);
  const without = notFollowed(answers);
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
            disabled={!writes}
            onChange={(event) => {
              setChosen(event.currentTarget.value);
              setSaved(false);
            }}
          >
            <option value="">
              The server’s default: {standard ? titleOf(standard) : ''}
            </option>
            {offered(models?.models ?? [], kept).map((one) => (
              <option key={one.name} value={one.name}>{titleOf(one)}</option>
            ))}
          </select>
        )}
      </Field>
      {without ? <p class="note warn">{titleOf(answers!)}: {without[0]!.toLowerCase() + without.slice(1)}</p> : null}
      <Wrong text={error} />
      {saved ? <Told>Saved.</Told> : null}
      {writes ? (
        <div class="actions">
          <Button kind="primary" type="submit" disabled={busy || chosen === kept}>
            {busy ? 'Saving…' : 'Save model'}
          </Button>
        </div>
      ) : null}
    </form>
  );
}

/** The names to choose from, one that is set and was taken away since included. */
export function offered(models: Model[], kept: string): Model[] {
  if (!kept || models.some((one) => one.name === kept)) return models;
  return [
    ...models,
    { name: kept, quotes: false, follows_instructions: true, takes_temperature: true },
  ];
}
