// Addresses that are told when operations finish, and what they were told.

import { useEffect, useState } from 'preact/hooks';

import { inWords, type Delivery, type Webhook } from '../api';
import { useClient } from '../session';
import { Button, Code, Confirm, count, Dialog, Field, useTask, when, Wrong } from '../ui';

export function Webhooks() {
  const client = useClient();
  const [hooks, setHooks] = useState<Webhook[] | null>(null);
  const [unread, setUnread] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<Webhook | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<Webhook | null>(null);
  const { busy, error, run } = useTask();
  const load = () => {
    setUnread(null);
    client.listWebhooks().then(
      (listed) => setHooks(listed.webhooks),
      (failure: unknown) => setUnread(inWords(failure)),
    );
  };
  useEffect(load, []);
  const change = (work: () => Promise<unknown>) =>
    void run(async () => {
      await work();
      load();
    });
  return (
    <section aria-labelledby="webhooks-title">
      <div class="title">
        <h2 id="webhooks-title">Webhooks</h2>
        <Button onClick={() => setMaking(true)}>New webhook</Button>
      </div>
      <p class="note">Addresses that are told when files were read, changed or deleted, or could not be.</p>
      <Wrong text={unread} retry={load} />
      <Wrong text={error} />
      <ul class="files keys">
        {(hooks ?? []).map((hook) => (
          <li class="card" key={hook.id}>
            <div class="file">
              <div class="what">
                <p>
                  <strong class="mono">{hook.url}</strong>
                  {hook.enabled ? null : <>{' '}<span class="pill">Disabled</span></>}
                </p>
                <p class="note">{hook.events.join(', ')} · {hook.assistant ?? 'all assistants'}</p>
              </div>
              <Button class="small" kind="quiet" onClick={() => setShown(hook)}>Deliveries</Button>
              <Button
                class="small"
                kind="quiet"
                disabled={busy}
                onClick={() => change(() => client.enableWebhook(hook.id, !hook.enabled))}
              >
                {hook.enabled ? 'Disable' : 'Enable'}
              </Button>
              <Button
                class="small"
                kind="quiet"
                disabled={busy}
                onClick={() => change(async () => {
                  setSecret((await client.rotateWebhook(hook.id)).secret);
                })}
              >
                New secret
              </Button>
              <Button class="small" kind="quiet" onClick={() => setDeleting(hook)}>Delete</Button>
            </div>
          </li>
        ))}
      </ul>
      {making ? (
        <NewWebhook
          close={() => setMaking(false)}
          made={(given) => {
            setMaking(false);
            setSecret(given);
            load();
          }}
        />
      ) : null}
      {secret ? (
        <Dialog title="The webhook’s secret" close={() => setSecret(null)}>
          <p>Copy it now: deliveries are signed with it, and it will not be shown again.</p>
          <Code label="Secret" text={secret} />
          <div class="actions">
            <Button kind="primary" data-first onClick={() => setSecret(null)}>Done</Button>
          </div>
        </Dialog>
      ) : null}
      {shown ? <Deliveries hook={shown} close={() => setShown(null)} /> : null}
      {deleting ? (
        <Confirm
          title="Delete webhook"
          action="Delete"
          close={() => setDeleting(null)}
          run={async () => {
            await client.deleteWebhook(deleting.id);
            setDeleting(null);
            load();
          }}
        >
          <p>
            <span class="mono">{deleting.url}</span> is told nothing from now on; what is pending is
            not delivered.
          </p>
        </Confirm>
      ) : null}
    </section>
  );
}

function NewWebhook({ close, made }: { close: () => void; made: (secret: string) => void }) {
  const client = useClient();
  const [url, setUrl] = useState('');
  const { busy, error, run } = useTask();
  return (
    <Dialog title="New webhook" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(async () => made((await client.createWebhook(url.trim())).secret));
        }}
      >
        <Field label="Address" help="Where deliveries are sent by POST. It must be public.">
          {({ id, describedBy }) => (
            <input
              id={id}
              data-first
              type="url"
              value={url}
              maxLength={2000}
              placeholder="https://"
              aria-describedby={describedBy}
              onInput={(event) => setUrl(event.currentTarget.value)}
            />
          )}
        </Field>
        <Wrong text={error} />
        <div class="actions">
          <Button onClick={close}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={busy || !url.trim()}>
            {busy ? 'Making…' : 'Make the webhook'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Deliveries({ hook, close }: { hook: Webhook; close: () => void }) {
  const client = useClient();
  const [made, setMade] = useState<Delivery[] | null>(null);
  const { busy, error, run } = useTask();
  const load = () => run(async () => setMade((await client.listDeliveries(hook.id)).deliveries));
  useEffect(() => void load(), [hook.id]);
  const ask = (work: () => Promise<unknown>) =>
    void run(async () => {
      await work();
      setMade((await client.listDeliveries(hook.id)).deliveries);
    });
  return (
    <Dialog title="Deliveries" close={close}>
      <p class="note mono">{hook.url}</p>
      <Wrong text={error} />
      {made?.length === 0 ? <p class="note">Nothing was delivered yet.</p> : null}
      <ul class="files">
        {(made ?? []).map((one) => (
          <li class="card" key={one.id}>
            <div class="file">
              <div class="what">
                <p>{one.event} <span class="pill">{one.status}</span></p>
                <p class="note">{told(one)}</p>
              </div>
              <Button
                class="small"
                kind="quiet"
                disabled={busy || !hook.enabled}
                onClick={() => ask(() => client.redeliver(hook.id, one.id))}
              >
                Deliver again
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <div class="actions">
        <Button disabled={busy} onClick={() => void load()}>Look again</Button>
        <Button disabled={busy || !hook.enabled} onClick={() => ask(() => client.testWebhook(hook.id))}>
          Send a test
        </Button>
        <Button kind="primary" data-first onClick={close}>Done</Button>
      </div>
    </Dialog>
  );
}

/** How a delivery went, in a line. */
export function told(one: Delivery): string {
  const tried = `${when(one.created_at)} · ${count(one.attempts, 'attempt')}`;
  return one.last_error ? `${tried} · ${one.last_error}` : tried;
}
