import { useEffect, useRef, useState } from 'preact/hooks';

import { type Assistant, type File_, inWords, type JsonObject, ownPath } from '../api';
import { FilterBuilder, filterOf, noFilter } from '../filter';
import { MetadataRows, metadataOf, type Row, rowsOf, Tags } from '../metadata';
import { remember } from '../recent';
import { useClient } from '../session';
import {
  Bar, Button, Confirm, count, Dialog, Empty, size, useTask, Waiting, when, Wrong,
} from '../ui';
import { type Source, SourceDialog } from '../viewer/source';
import { Uploads } from './uploads';

const LOOK_AGAIN = 2000; // milliseconds, while a file is being processed

type Open =
  | { what: 'metadata'; file: File_ }
  | { what: 'delete'; file: File_ }
  | { what: 'view'; source: Source };

export function FilesPage({ assistant, shown }: { assistant: Assistant; shown: boolean }) {
  const client = useClient();
  const [files, setFiles] = useState<File_[] | null>(null);
  const [next, setNext] = useState<string | undefined>();
  const [error, setError] = useState<string | null>(null);
  const [filter, setFilter] = useState(noFilter);
  const [open, setOpen] = useState<Open | null>(null);
  const [fields, setFields] = useState<readonly string[]>([]);
  const asked = useRef(0);

  let wanted: JsonObject | null | undefined;
  try {
    wanted = filterOf(filter);
  } catch {
    wanted = undefined; // the builder says what is wrong with it
  }
  const key = wanted === undefined ? null : JSON.stringify(wanted);

  const load = async (token?: string) => {
    if (wanted === undefined) return;
    asked.current += 1;
    const mine = asked.current;
    try {
      const page = await client.listFiles(assistant.name, wanted, token);
      if (mine !== asked.current) return;
      setError(null);
      setFiles((before) => (token ? [...(before ?? []), ...page.files] : page.files));
      setNext(page.pagination?.next);
      const seen = page.files.flatMap((file) => Object.keys(file.metadata ?? {}));
      setFields((before) => [...new Set([...before, ...seen])].sort());
      if (wanted && !token) remember({ kind: 'list', assistant: assistant.name, filter: wanted });
    } catch (failure) {
      if (mine === asked.current) setError(inWords(failure));
    }
  };
  useEffect(() => {
    if (key === null || !shown) return;
    const timer = setTimeout(() => void load(), files && key !== 'null' ? 300 : 0);
    return () => clearTimeout(timer);
  }, [key, shown]);
  const working = files?.some((file) => file.status === 'Processing' || file.status === 'Deleting');
  useEffect(() => {
    if (!working || !shown) return;
    const timer = setTimeout(() => void load(), LOOK_AGAIN);
    return () => clearTimeout(timer);
  }, [files, shown]);

  const download = async (file: File_) => {
    try {
      const { signed_url: url } = await client.getFile(assistant.name, file.id);
      const anchor = document.createElement('a');
      anchor.href = ownPath(url);
      anchor.download = file.name;
      anchor.click();
    } catch (failure) {
      setError(inWords(failure));
    }
  };
  const view = (file: File_) => setOpen({
    what: 'view',
    source: { assistant: assistant.name, file, quotes: [], at: 0 },
  });
  return (
    <>
      <h1>Files</h1>
      <Uploads assistant={assistant} changed={() => void load()} />
      <details class="card slim">
        <summary>Filter by metadata{key && key !== 'null' ? ' (on)' : ''}</summary>
        <FilterBuilder state={filter} change={setFilter} fields={fields} />
      </details>
      <Wrong text={error} retry={() => void load()} />
      {!files && !error ? <Waiting what="Loading files…" /> : null}
      {files?.length === 0 ? (
        wanted ? (
          <Empty title="No file matches">
            <Button onClick={() => setFilter(noFilter)}>Clear the filter</Button>
          </Empty>
        ) : (
          <Empty title="No files yet"><p>Answers come from files alone. Add some above.</p></Empty>
        )
      ) : null}
      {files?.length ? (
        <>
          <p class="note" role="status">
            {count(files.length, 'file')}{next ? ' and more' : ''}
          </p>
          <ul class="files">
            {files.map((file) => (
              <FileItem
                key={file.id}
                file={file}
                view={() => view(file)}
                download={() => void download(file)}
                edit={() => setOpen({ what: 'metadata', file })}
                remove={() => setOpen({ what: 'delete', file })}
              />
            ))}
          </ul>
        </>
      ) : null}
      {next ? <Button onClick={() => void load(next)}>Load more</Button> : null}
      {open?.what === 'view'
        ? <SourceDialog source={open.source} close={() => setOpen(null)} />
        : null}
      {open?.what === 'metadata' ? (
        <EditMetadata
          assistant={assistant}
          file={open.file}
          done={() => void load()}
          close={() => setOpen(null)}
        />
      ) : null}
      {open?.what === 'delete' ? (
        <Confirm
          title="Delete file"
          action="Delete"
          close={() => setOpen(null)}
          run={async () => {
            const { id, name } = open.file;
            await client.deleteFile(assistant.name, id);
            remember({ kind: 'remove', assistant: assistant.name, id, file: name });
            setOpen(null);
            await load();
          }}
        >
          <p><strong>{open.file.name}</strong> will be deleted and never cited again.</p>
        </Confirm>
      ) : null}
    </>
  );
}

const STATUS: Record<File_['status'], string> = {
  Available: 'Ready',
  Processing: 'Processing',
  Deleting: 'Deleting',
  ProcessingFailed: 'Failed',
};

function FileItem(props: {
  file: File_;
  view: () => void;
  download: () => void;
  edit: () => void;
  remove: () => void;
}) {
  const { file } = props;
  const usable = file.status === 'Available';
  return (
    <li class="card">
      <div class="file">
        <div class="what">
          <button type="button" class="name" disabled={!usable} onClick={props.view}>
            {file.name}
          </button>
          <p class="note">
            <span class={`pill ${file.status}`}>{STATUS[file.status]}</span>
            {' '}{size(file.size)} · {when(file.updated_on)}
            {file.multimodal ? ' · figures are read too' : ''}
          </p>
        </div>
        <div class="line acts">
          <Button class="small" disabled={!usable} onClick={props.edit}>Metadata</Button>
          <Button class="small" disabled={!usable} onClick={props.download}>Download</Button>
          <Button
            class="small"
            kind="quiet"
            disabled={file.status === 'Deleting'}
            aria-label={`Delete ${file.name}`}
            onClick={props.remove}
          >
            Delete
          </Button>
        </div>
      </div>
      {file.status === 'Processing'
        ? <Bar share={file.percent_done} label={`Processing of ${file.name}`} />
        : null}
      {file.error_message ? <p class="note wrong">{file.error_message}</p> : null}
      {file.notice ? <p class="note warn">{file.notice}</p> : null}
      <Tags metadata={file.metadata} />
    </li>
  );
}

/** The API changes metadata by an upsert: the same bytes under the same id, with new metadata. */
function EditMetadata(props: {
  assistant: Assistant;
  file: File_;
  done: () => void;
  close: () => void;
}) {
  const { assistant, file } = props;
  const client = useClient();
  const [rows, setRows] = useState<Row[]>(() => rowsOf(file.metadata));
  const { busy, error, run } = useTask();
  const save = () => run(async () => {
    const metadata = metadataOf(rows);
    const content = await (await client.content(assistant.name, file)).blob();
    const { id, name, multimodal } = file;
    let operation = await client.upload(
      assistant.name, { name, content }, { id, metadata, multimodal });
    remember({ kind: 'replace', assistant: assistant.name, id, file: name, metadata });
    while (operation.status === 'Processing') {
      operation = await client.getOperation(assistant.name, operation.id);
      if (operation.status === 'Processing') await new Promise((done) => setTimeout(done, 300));
    }
    props.done();
    if (operation.status === 'Failed') throw new Error(operation.error_message ?? 'It failed.');
    props.close();
  });
  return (
    <Dialog title="Metadata" close={props.close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <p class="note">
          Of <strong>{file.name}</strong>. Filters find files by it. Saving sends the file once more;
          until that is done the old values stay in use.
        </p>
        <MetadataRows rows={rows} change={setRows} />
        <Wrong text={error} />
        <div class="actions">
          <Button onClick={props.close}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={busy}>
            {busy ? 'Saving…' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
