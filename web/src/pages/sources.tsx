// Where an assistant's files come from: list, add, run, pause and remove, and what runs did.

import { useEffect, useState } from 'preact/hooks';

import { type Assistant, inWords, type Source, type SourceRun } from '../api';
import { countsInWords, linesOf, scheduleInWords, secondsOf } from '../schedule';
import { useMay } from '../rights';
import { useClient } from '../session';
import { Button, Confirm, Dialog, Empty, Field, useTask, Waiting, when, Wrong } from '../ui';

const LOOK_AGAIN = 2000; // milliseconds, while a source runs

export function SourcesPage({ assistant }: { assistant: Assistant }) {
  const client = useClient();
  const [sources, setSources] = useState<Source[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [history, setHistory] = useState<Source | null>(null);
  const [removing, setRemoving] = useState<Source | null>(null);
  const load = () => {
    client.listSources(assistant.name).then((page) => {
      setError(null);
      setSources(page.sources);
    }, (failure: unknown) => setError(inWords(failure)));
  };
  useEffect(load, [assistant.name]);
  const working = sources?.some((source) => source.running || source.state === 'deleting');
  useEffect(() => {
    if (!working) return;
    const timer = setTimeout(load, LOOK_AGAIN);
    return () => clearTimeout(timer);
  }, [sources]);
  const changing = useTask();
  const writes = useMay('write files');
  const change = (source: Source, to: 'run' | 'pause' | 'resume') => changing.run(async () => {
    await client.changeSource(source.id, to);
    load();
  });
  return (
    <>
      <h1>Sources</h1>
      <p class="note lead">
        Files that follow their origin: a web site, a Git repository, a bucket, or a folder of the
        server. On the command line: <code>lodgepole sources</code>.
      </p>
      {writes ? <AddSource assistant={assistant} added={load} /> : null}
      <Wrong text={error} retry={load} />
      <Wrong text={changing.error} />
      {!sources && !error ? <Waiting what="Loading sources…" /> : null}
      {sources?.length === 0 ? (
        <Empty title="No sources yet">{writes ? <p>Add one above; it runs at once.</p> : null}</Empty>
      ) : null}
      <ul class="files">
        {sources?.map((source) => (
          <li key={source.id} class="card">
            <div class="file">
              <div class="what">
                <p><strong>{source.url}</strong></p>
                <p class="note">{stateInWords(source)}</p>
              </div>
              <div class="actions">
                <Button class="small" onClick={() => setHistory(source)}>History</Button>
                {writes && source.state === 'active' ? (
                  <>
                    <Button class="small" disabled={changing.busy} onClick={() => void change(source, 'run')}>
                      Run now
                    </Button>
                    <Button class="small" disabled={changing.busy} onClick={() => void change(source, 'pause')}>
                      Pause
                    </Button>
                  </>
                ) : null}
                {writes && source.state === 'paused' ? (
                  <Button class="small" disabled={changing.busy} onClick={() => void change(source, 'resume')}>
                    Resume
                  </Button>
                ) : null}
                {source.state === 'deleting' || !writes ? null : (
                  <Button class="small" kind="quiet" onClick={() => setRemoving(source)}>Remove</Button>
                )}
              </div>
            </div>
          </li>
        ))}
      </ul>
      {history ? <History source={history} close={() => setHistory(null)} /> : null}
      {removing ? (
        <Remove source={removing} done={load} close={() => setRemoving(null)} />
      ) : null}
    </>
  );
}

function stateInWords(source: Source): string {
  const parts = [scheduleInWords(source.every_seconds)];
  if (source.running) parts.unshift('running');
  else if (source.state !== 'active') parts.unshift(source.state);
  else if (source.due_at) parts.push(`next ${when(source.due_at)}`);
  if (source.failures) parts.push(`failed ${source.failures} times in a row`);
  return parts.join(' · ');
}

function AddSource({ assistant, added }: { assistant: Assistant; added: () => void }) {
  const client = useClient();
  const [url, setUrl] = useState('');
  const [every, setEvery] = useState('1d');
  const [crawl, setCrawl] = useState(false);
  const [include, setInclude] = useState('');
  const [exclude, setExclude] = useState('');
  const [credential, setCredential] = useState('');
  const { busy, error, run } = useTask();
  const add = () => run(async () => {
    const seconds = secondsOf(every);
    await client.createSource({
      assistant: assistant.name,
      url: url.trim(),
      ...(seconds === null ? {} : { every_seconds: seconds }),
      ...(crawl ? { rules: { crawl } } : {}),
      include: linesOf(include),
      exclude: linesOf(exclude),
      ...(credential.trim() ? { credential: credential.trim() } : {}),
    });
    setUrl('');
    added();
  });
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <Text
        label="Address"
        help="https://…, git+https://…, s3://…, gs://…, az://… or a folder that the operator allows."
        value={url}
        change={setUrl}
      />
      <div class="pair">
        <Text label="Run again after" help="30m, 6h, 1d, or nothing." value={every} change={setEvery} />
        <Text
          label="Credential"
          help="A name from the server's settings, where one is needed."
          value={credential}
          change={setCredential}
        />
      </div>
      <label>
        <input type="checkbox" checked={crawl} onChange={() => setCrawl(!crawl)} />{' '}
        Follow the links of a web site below the address
      </label>
      <details>
        <summary>Patterns</summary>
        <div class="pair">
          <Lines label="Include" value={include} change={setInclude} />
          <Lines label="Exclude" value={exclude} change={setExclude} />
        </div>
      </details>
      <Wrong text={error} />
      <div class="actions">
        <Button kind="primary" type="submit" disabled={busy || !url.trim()}>
          {busy ? 'Adding…' : 'Add source'}
        </Button>
      </div>
    </form>
  );
}

interface TextProps {
  label: string;
  help?: string;
  value: string;
  change: (text: string) => void;
}

function Text({ label, help, value, change }: TextProps) {
  return (
    <Field label={label} help={help}>
      {({ id, describedBy }) => (
        <input
          id={id}
          aria-describedby={describedBy}
          value={value}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function Lines({ label, value, change }: TextProps) {
  return (
    <Field label={label} help="One a line, like *.pdf, guides/** or drafts/.">
      {({ id, describedBy }) => (
        <textarea
          id={id}
          rows={3}
          aria-describedby={describedBy}
          value={value}
          spellcheck={false}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function History({ source, close }: { source: Source; close: () => void }) {
  const client = useClient();
  const [runs, setRuns] = useState<SourceRun[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const load = () => {
    client.listSourceRuns(source.id).then(
      (page) => setRuns(page.runs),
      (failure: unknown) => setError(inWords(failure)),
    );
  };
  useEffect(load, [source.id]);
  return (
    <Dialog title={`Runs of ${source.url}`} close={close} wide>
      <Wrong text={error} retry={load} />
      {!runs && !error ? <Waiting what="Loading…" /> : null}
      {runs?.length === 0 ? <p class="note">It has not run yet.</p> : null}
      {runs?.map((run) => (
        <details key={run.id} open={run === runs[0]}>
          <summary>
            {when(run.started_at)}: {run.status}, {countsInWords(run)}
          </summary>
          <Wrong text={run.error_message} />
          <ul class="prose">
            {run.notes.map((note) => (
              <li key={note.key}>
                {note.key}: {note.change}{note.reason ? `. ${note.reason}` : ''}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </Dialog>
  );
}

function Remove(props: { source: Source; done: () => void; close: () => void }) {
  const client = useClient();
  const [files, setFiles] = useState(false);
  return (
    <Confirm
      title="Remove source"
      action={files ? 'Remove it and its files' : 'Remove it'}
      close={props.close}
      run={async () => {
        await client.deleteSource(props.source.id, files);
        props.close();
        props.done();
      }}
    >
      <p>{props.source.url} is not followed any more.</p>
      <label>
        <input type="checkbox" checked={files} onChange={() => setFiles(!files)} />{' '}
        Delete its files too; else they stay as they are
      </label>
    </Confirm>
  );
}
