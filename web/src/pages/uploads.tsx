// Many files at once: dropped or chosen, sent a few at a time, followed until they can be cited.

import { useEffect, useRef, useState } from 'preact/hooks';

import { ApiError, type Assistant, type Client, inWords, type JsonObject } from '../api';
import { MetadataRows, metadataOf, type Row } from '../metadata';
import { remember } from '../recent';
import { useClient } from '../session';
import { Bar, Button, count, Cross, size, Told } from '../ui';

interface Item {
  id: number;
  file: File;
  metadata: JsonObject | null;
  multimodal: boolean;
  state: 'waiting' | 'sending' | 'processing' | 'done' | 'failed';
  share: number;
  error: string | null;
  accepted: boolean; // by the server, which tells of it from then on
  again: boolean; // whether another try can help
  stop: AbortController;
}

const AT_ONCE = 3;
const PAUSE = 500; // milliseconds between looks at an operation, which wait themselves

export function Uploads({ assistant, changed }: { assistant: Assistant; changed: () => void }) {
  const client = useClient();
  const [items, setItems] = useState<Item[]>([]);
  const [over, setOver] = useState(false);
  const [rows, setRows] = useState<Row[]>([]);
  const [figures, setFigures] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const counter = useRef(0);

  const set = (id: number, values: Partial<Item>) =>
    setItems((all) => all.map((item) => (item.id === id ? { ...item, ...values } : item)));

  useEffect(() => {
    const busy = items.filter((item) => item.state === 'sending' || item.state === 'processing');
    const free = AT_ONCE - busy.length;
    for (const item of items.filter((one) => one.state === 'waiting').slice(0, Math.max(0, free))) {
      set(item.id, { state: 'sending' });
      carry(client, assistant.name, item, (values) => {
        set(item.id, values);
        // From here on the list of files tells of it.
        if (values.state && values.state !== 'failed') changed();
      }).then(changed, changed);
    }
  }, [items]);

  const add = (files: Iterable<File>) => {
    let metadata: JsonObject | null;
    try {
      metadata = metadataOf(rows);
    } catch (failure) {
      setWrong((failure as Error).message);
      return;
    }
    setWrong(null);
    const added = [...files].map((file): Item => {
      counter.current += 1;
      return {
        id: counter.current,
        file,
        metadata,
        multimodal: figures && /\.pdf$/i.test(file.name),
        state: 'waiting',
        share: 0,
        error: null,
        accepted: false,
        again: false,
        stop: new AbortController(),
      };
    });
    const ended = (item: Item) => item.state === 'done' || (item.accepted && item.state === 'failed');
    setItems((all) => [...all.filter((item) => !ended(item)), ...added]);
  };
  const left = items.filter((item) => !['done', 'failed'].includes(item.state)).length;
  const done = items.filter((item) => item.state === 'done').length;
  // What the server has accepted is a row of the list of files.
  const listed = items.filter((item) => !item.accepted && item.state !== 'done');
  return (
    <section aria-label="Add files">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button below does the same. */}
      <div
        class={`drop ${over ? 'over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          add(event.dataTransfer?.files ?? []);
        }}
      >
        <p><strong>Drop files here</strong> or</p>
        <Button kind="primary" onClick={() => picker.current?.click()}>Choose files</Button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label="Files to upload"
          onChange={(event) => {
            add(event.currentTarget.files ?? []);
            event.currentTarget.value = '';
          }}
        />
        <p class="note">PDF, Word, Markdown, text, JSON and more. The server says if it cannot read one.</p>
      </div>
      <details class="quiet options">
        <summary>
          Options for new files
          {rows.length || figures ? ` (${[
            rows.length ? count(rows.length, 'value') : '',
            figures ? 'figures' : '',
          ].filter(Boolean).join(', ')})` : ''}
        </summary>
        <label class="inline">
          <input
            type="checkbox"
            checked={figures}
            onChange={(event) => setFigures(event.currentTarget.checked)}
          />
          Read the figures of PDFs too
        </label>
        <p class="note">Metadata that every new file is given:</p>
        <MetadataRows rows={rows} change={setRows} />
      </details>
      {wrong ? <p class="note wrong" role="alert">{wrong}</p> : null}
      <p class="sr" role="status">
        {left ? `${count(left, 'file')} of ${items.length} still to do` : ''}
      </p>
      {done && !left ? (
        <Told>
          <span>{done === 1 ? 'One file is ready' : `${done} files are ready`} to be asked about.</span>
          <Button
            kind="quiet"
            class="icon"
            aria-label="Dismiss"
            onClick={() => setItems((all) => all.filter((item) => item.state !== 'done'))}
          >
            <Cross />
          </Button>
        </Told>
      ) : null}
      {listed.length ? (
        <ul class="uploads" aria-label="Uploads">
          {listed.map((item) => (
            <Line
              key={item.id}
              item={item}
              again={() => set(item.id, {
                state: 'waiting', share: 0, error: null, stop: new AbortController(),
              })}
              dismiss={() => {
                item.stop.abort();
                setItems((all) => all.filter((one) => one.id !== item.id));
              }}
            />
          ))}
        </ul>
      ) : null}
    </section>
  );
}

/** Send one file and follow its operation to the end. */
async function carry(
  client: Client,
  assistant: string,
  item: Item,
  set: (values: Partial<Item>) => void,
): Promise<void> {
  try {
    const { file, metadata, multimodal } = item;
    let operation = await client.upload(
      assistant,
      { name: file.name, content: file },
      { metadata, multimodal },
      (share) => set({ share }),
      item.stop.signal,
    );
    remember({ kind: 'upload', assistant, file: file.name, metadata, multimodal });
    set({ state: 'processing', share: 0, accepted: true });
    while (operation.status === 'Processing') {
      operation = await client.getOperation(assistant, operation.id);
      set({ share: operation.percent_complete / 100 });
      if (operation.status === 'Processing') await new Promise((done) => setTimeout(done, PAUSE));
      if (item.stop.signal.aborted) return;
    }
    if (operation.status === 'Completed') set({ state: 'done', share: 1 });
    else set({ state: 'failed', error: operation.error_message ?? 'It could not be read.' });
  } catch (failure) {
    set({ state: 'failed', error: inWords(failure), again: mayHelp(failure) });
  }
}

/** What was refused will be again; what did not arrive, or came at a bad time, may pass. */
export function mayHelp(failure: unknown): boolean {
  if (failure instanceof ApiError) return failure.status === 429 || failure.status >= 500;
  return failure instanceof TypeError;
}

const WORDS: Record<Item['state'], string> = {
  waiting: 'Waiting',
  sending: 'Uploading',
  processing: 'Reading',
  done: 'Ready',
  failed: 'Failed',
};

function Line(props: { item: Item; again: () => void; dismiss: () => void }) {
  const { item } = props;
  const ended = item.state === 'done' || item.state === 'failed';
  return (
    <li class={item.state}>
      <div class="line">
        <span class="what">{item.file.name}</span>
        <span class="note">{size(item.file.size)}</span>
        <span class={`pill ${item.state}`}>
          {WORDS[item.state]}
          {item.state === 'sending' || item.state === 'processing'
            ? ` ${Math.round(item.share * 100)} %` : ''}
        </span>
        {item.state === 'failed' && item.again
          ? <Button class="small" onClick={props.again}>Try again</Button>
          : null}
        <Button
          kind="quiet"
          class="icon"
          aria-label={ended ? `Dismiss ${item.file.name}` : `Stop ${item.file.name}`}
          onClick={props.dismiss}
        >
          <Cross />
        </Button>
      </div>
      {ended ? null : <Bar share={item.share} label={`${WORDS[item.state]} ${item.file.name}`} />}
      {item.error ? <p class="note wrong" role="alert">{item.error}</p> : null}
    </li>
  );
}
