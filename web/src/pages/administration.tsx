// What the project has and was used for, and its keys: for keys that may do everything.

import { useEffect, useState } from 'preact/hooks';

import { inWords, type Key, type Role, type UsageReport } from '../api';
import { useClient } from '../session';
import { Charts } from './charts';
import { dayInWords, short } from './series';
import {
  Button, Choice, Code, Confirm, count, Dialog, Field, size, useTask, Waiting, when, Wrong,
} from '../ui';
import { Webhooks } from './webhooks';

const SPANS = [
  { id: '7', title: '7 days' },
  { id: '30', title: '30 days' },
  { id: '90', title: '90 days' },
] as const;
type Days = (typeof SPANS)[number]['id'];

const ROLES: Record<Role, string> = {
  all: 'Everything, keys included',
  control_write: 'Create, change and delete assistants',
  control_read: 'See assistants',
  data_write: 'Upload and delete files, and ask',
  data_read: 'See files, and ask',
};

export function AdministrationPage({ me }: { me: Key }) {
  const client = useClient();
  const [days, setDays] = useState<Days>('30');
  const [usage, setUsage] = useState<UsageReport | null>(null);
  const [keys, setKeys] = useState<Key[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const load = () => {
    setError(null);
    Promise.all([client.usage(Number(days)), client.listKeys()]).then(([used, listed]) => {
      setUsage(used);
      setKeys(listed.keys);
    }, (failure: unknown) => setError(inWords(failure)));
  };
  useEffect(load, [days]);
  return (
    <>
      <div class="title">
        <div>
          <h1>Keys and usage</h1>
          <p class="note">Of the project “{me.project}”, which is all that this key sees.</p>
        </div>
        <Choice label="Time" options={SPANS} value={days} choose={setDays} />
      </div>
      <Wrong text={error} retry={load} />
      {!usage && !error ? <Waiting what="Counting…" /> : null}
      {usage ? <Usage usage={usage} days={Number(days)} /> : null}
      {keys && usage ? <Keys me={me} keys={keys} usage={usage} changed={load} /> : null}
      <Webhooks />
    </>
  );
}

// --- usage ------------------------------------------------------------------------------------

function Usage({ usage, days }: { usage: UsageReport; days: number }) {
  const sum = (name: 'requests' | 'prompt_tokens' | 'completion_tokens') =>
    usage.days.reduce((total, day) => total + day[name], 0);
  const { processing, failed } = usage.operations;
  return (
    <>
      <dl class="tiles">
        <Tile
          name="Assistants"
          value={usage.assistants.toLocaleString()}
          note={`${count(usage.files, 'file')}, ${size(usage.bytes)}`}
        />
        <Tile
          name="Requests"
          value={sum('requests').toLocaleString()}
          note={`in ${days} days`}
        />
        <Tile
          name="Tokens"
          value={short(sum('prompt_tokens') + sum('completion_tokens'))}
          note={`${short(sum('completion_tokens'))} of them written`}
        />
        <Tile
          name="Operations"
          value={(usage.operations.completed + processing + failed).toLocaleString()}
          note={`${processing.toLocaleString()} under way, ${failed.toLocaleString()} failed`}
        />
      </dl>
      <Charts usage={usage} days={days} />
    </>
  );
}

function Tile(props: { name: string; value: string; note: string }) {
  return (
    <div class="card tile">
      <dt>{props.name}</dt>
      <dd>{props.value}</dd>
      <dd class="note">{props.note}</dd>
    </div>
  );
}

// --- keys -------------------------------------------------------------------------------------

function Keys(props: { me: Key; keys: Key[]; usage: UsageReport; changed: () => void }) {
  const client = useClient();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const used = new Map(props.usage.keys.map((one) => [one.id, one]));
  return (
    <>
      <div class="title">
        <h2>Keys</h2>
        <Button kind="primary" onClick={() => setMaking(true)}>New key</Button>
      </div>
      <ul class="files keys">
        {props.keys.map((key) => {
          const own = key.id === props.me.id;
          const counts = used.get(key.id);
          return (
            <li class="card" key={key.id}>
              <div class="file">
                <div class="what">
                  <p>
                    <strong>{key.name}</strong>
                    {' '}{own ? <span class="pill Available">You are using it</span> : null}
                  </p>
                  <p class="note">
                    <span class="mono">{key.role}</span>: {ROLES[key.role].toLowerCase()}
                  </p>
                  <p class="note">
                    Made {when(key.created_at)} · {counts
                      ? `${count(counts.requests, 'request')}, last used ${dayInWords(counts.last_used_on)}`
                      : 'not used in this time'}
                  </p>
                </div>
                <Button
                  class="small"
                  kind="quiet"
                  disabled={own}
                  title={own ? 'A key cannot revoke itself.' : undefined}
                  aria-label={`Revoke ${key.name}`}
                  onClick={() => setRevoking(key)}
                >
                  Revoke
                </Button>
              </div>
            </li>
          );
        })}
      </ul>
      {making ? <NewKey close={() => setMaking(false)} made={props.changed} /> : null}
      {revoking ? (
        <Confirm
          title="Revoke key"
          action="Revoke"
          close={() => setRevoking(null)}
          run={async () => {
            await client.revokeKey(revoking.id);
            setRevoking(null);
            props.changed();
          }}
        >
          <p>
            <strong>{revoking.name}</strong> will be refused from now on; programs that use it stop
            working. A key that the operator set as <code>LODGEPOLE_API_KEY</code> is accepted again
            when the server starts next.
          </p>
        </Confirm>
      ) : null}
    </>
  );
}

function NewKey({ close, made }: { close: () => void; made: () => void }) {
  const client = useClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('data_read');
  const [secret, setSecret] = useState<string | null>(null);
  const { busy, error, run } = useTask();
  if (secret) {
    return (
      <Dialog title={`The key “${name.trim()}”`} close={close}>
        <p>Copy it now: it is stored nowhere and will not be shown again.</p>
        <Code label="API key" text={secret} />
        <div class="actions">
          <Button kind="primary" data-first onClick={close}>Done</Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="New key" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(async () => {
            setSecret((await client.createKey({ name: name.trim(), role })).api_key);
            made();
          });
        }}
      >
        <Field label="Name" help="What it is for, so that you know it when you revoke it.">
          {({ id, describedBy }) => (
            <input
              id={id}
              data-first
              value={name}
              maxLength={100}
              autocomplete="off"
              aria-describedby={describedBy}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="It may" help="All keys see this project alone.">
          {({ id, describedBy }) => (
            <select
              id={id}
              value={role}
              aria-describedby={describedBy}
              onChange={(event) => setRole(event.currentTarget.value as Role)}
            >
              {Object.entries(ROLES).map(([word, meaning]) => (
                <option value={word}>{meaning}</option>
              ))}
            </select>
          )}
        </Field>
        <Wrong text={error} />
        <div class="actions">
          <Button onClick={close}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={busy || !name.trim()}>
            {busy ? 'Making…' : 'Make the key'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
