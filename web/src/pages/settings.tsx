import { useState } from 'preact/hooks';

import type { Assistant, JsonObject } from '../api';
import { objectOf } from '../metadata';
import { remember } from '../recent';
import { useMay } from '../rights';
import { home } from '../route';
import { useClient } from '../session';
import { Button, Confirm, Field, Told, useTask, when, Wrong } from '../ui';
import { DefaultModel } from './defaultmodel';

export function SettingsPage(props: {
  assistant: Assistant;
  changed: (assistant: Assistant) => void;
}) {
  const { assistant } = props;
  const client = useClient();
  const writes = useMay('write assistants');
  const written = assistant.metadata ? JSON.stringify(assistant.metadata, null, 2) : '';
  const [instructions, setInstructions] = useState(assistant.instructions ?? '');
  const [metadata, setMetadata] = useState(written);
  const [wrong, setWrong] = useState<string | null>(null);
  const [saved, setSaved] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const { busy, error, run } = useTask();
  const unchanged = instructions === (assistant.instructions ?? '') && metadata === written;

  const save = () => {
    setSaved(false);
    setWrong(null);
    let object: JsonObject;
    try {
      object = objectOf(metadata);
    } catch (failure) {
      setWrong((failure as Error).message);
      return;
    }
    void run(async () => {
      const body = { instructions, metadata: object };
      const changed = await client.updateAssistant(assistant.name, body);
      remember({ kind: 'update', assistant: assistant.name, body });
      props.changed(changed);
      setMetadata(changed.metadata ? JSON.stringify(changed.metadata, null, 2) : '');
      setSaved(true);
    });
  };
  const edited = (set: (text: string) => void) => (event: { currentTarget: { value: string } }) => {
    set(event.currentTarget.value);
    setSaved(false);
  };
  return (
    <div class="narrow">
      <h1>Settings</h1>
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field
          label="Instructions"
          help="Followed by language models in every answer. Leave it empty for none."
        >
          {({ id, describedBy }) => (
            <textarea
              id={id}
              rows={8}
              readOnly={!writes}
              aria-describedby={describedBy}
              value={instructions}
              onInput={edited(setInstructions)}
            />
          )}
        </Field>
        <Field
          label="Metadata"
          error={wrong}
          help="Any JSON object of yours, for instance {&quot;team&quot;: &quot;support&quot;}."
        >
          {({ id, describedBy }) => (
            <textarea
              id={id}
              class="mono"
              rows={5}
              readOnly={!writes}
              spellcheck={false}
              aria-describedby={describedBy}
              aria-invalid={!!wrong}
              value={metadata}
              onInput={edited(setMetadata)}
            />
          )}
        </Field>
        <Wrong text={error} />
        {saved ? <Told>Saved.</Told> : null}
        {writes ? (
          <div class="actions">
            <Button kind="primary" type="submit" disabled={busy || unchanged}>
              {busy ? 'Saving…' : 'Save'}
            </Button>
          </div>
        ) : <p class="note">Your key may not change assistants.</p>}
      </form>
      <DefaultModel assistant={assistant.name} />
      <dl class="card facts">
        <dt>Status</dt><dd>{assistant.status}</dd>
        <dt>Created</dt><dd>{when(assistant.created_at)}</dd>
        <dt>Changed</dt><dd>{when(assistant.updated_at)}</dd>
        <dt>Region</dt><dd>{assistant.region}</dd>
        <dt>Host</dt><dd class="mono">{assistant.host}</dd>
      </dl>
      {writes ? (
        <section class="card danger-zone" aria-labelledby="delete-title">
          <h2 id="delete-title">Delete this assistant</h2>
          <p>Its files, everything made from them, and its history go with it. This cannot be undone.</p>
          <Button kind="danger" onClick={() => setDeleting(true)}>Delete assistant…</Button>
        </section>
      ) : null}
      {deleting ? (
        <Confirm
          title="Delete assistant"
          action="Delete for good"
          typed={assistant.name}
          close={() => setDeleting(false)}
          run={async () => {
            await client.deleteAssistant(assistant.name);
            setDeleting(false);
            location.hash = home;
          }}
        >
          <p>
            <strong>{assistant.name}</strong> and all of its files will be deleted. Nothing of them
            is found or cited from that moment on.
          </p>
        </Confirm>
      ) : null}
    </div>
  );
}
