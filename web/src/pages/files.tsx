// Files of an assistant: one row each, found, sorted, changed and deleted, singly or together.

import { useEffect, useRef, useState } from 'preact/hooks';

import { ApiError, type Assistant, type File_, inWords, type JsonObject, ownPath } from '../api';
import { FilterBuilder, filterOf, noFilter } from '../filter';
import { knownValues } from '../known';
import { Tags } from '../metadata';
import { remember } from '../recent';
import { useMay } from '../rights';
import { useClient } from '../session';
import { Bar, Button, count, Empty, size, Waiting, when, Wrong } from '../ui';
import { type Source, SourceDialog } from '../viewer/source';
import { DeleteFiles, EditMetadata } from './bulk';
import { byStatus, listed, type Order, ORDERS, type Status } from './filelist';
import { Uploads } from './uploads';

const LOOK_AGAIN = 2000; // milliseconds, while a file is being processed
const MOST = 2000; // files that are fetched at once, so that they can be searched and sorted
const SHOWN = 100; // rows at first, and once more each time
const ONE_BY_ONE = 20; // files that are looked at singly while they are processed

type Open =
  | { what: 'metadata' | 'delete'; files: File_[] }
  | { what: 'view'; source: Source };

export function FilesPage({ assistant, shown }: { assistant: Assistant; shown: boolean }) {
  const client = useClient();
  const writes = useMay('write files');
  const [files, setFiles] = useState<File_[] | null>(null);
  const [next, setNext] = useState<string | undefined>();
  const [error, setError] = useState<string | null>(null);
  const [filter, setFilter] = useState(noFilter);
  const [search, setSearch] = useState('');
  const [status, setStatus] = useState<Status | ''>('');
  const [order, setOrder] = useState<Order>('date');
  const [upTo, setUpTo] = useState(SHOWN);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<Open | null>(null);
  const seen = useRef(new Map<string, JsonObject | null>());
  const asked = useRef(0);

  let wanted: JsonObject | null | undefined;
  try {
    wanted = filterOf(filter);
  } catch {
    wanted = undefined; // the builder says what is wrong with it
  }
  const key = wanted === undefined ? null : JSON.stringify(wanted);

  const load = async (from?: string) => {
    if (wanted === undefined) return;
    asked.current += 1;
    const mine = asked.current;
    try {
      const found: File_[] = from ? [...(files ?? [])] : [];
      const most = found.length + MOST;
      let token = from;
      do {
        const page = await client.listFiles(assistant.name, wanted, token);
        if (mine !== asked.current) return;
        found.push(...page.files);
        token = page.pagination?.next;
        if (found.length === page.files.length) setFiles((before) => before ?? page.files);
      } while (token && found.length < most);
      for (const file of found) seen.current.set(file.id, file.metadata);
      setError(null);
      setFiles(found);
      setNext(token);
      if (wanted && !from) remember({ kind: 'list', assistant: assistant.name, filter: wanted });
    } catch (failure) {
      if (mine === asked.current) setError(inWords(failure));
    }
  };
  /** Look at those alone that are on their way; there may be thousands of others. */
  const lookAgain = async (moving: readonly File_[]) => {
    if (moving.length > ONE_BY_ONE) return load();
    const mine = asked.current;
    try {
      const now = new Map(await Promise.all(moving.map(async (file) =>
        [file.id, await client.getFile(assistant.name, file.id).catch(gone)] as const)));
      if (mine !== asked.current) return;
      setFiles((before) => (before ?? []).flatMap((file) => {
        const found = now.get(file.id);
        return found === undefined ? [file] : found ?? [];
      }));
    } catch (failure) {
      if (mine === asked.current) setError(inWords(failure));
    }
  };
  useEffect(() => {
    if (key === null || !shown) return;
    const timer = setTimeout(() => void load(), files && key !== 'null' ? 300 : 0);
    return () => clearTimeout(timer);
  }, [key, shown]);
  const moving = (files ?? []).filter((file) => file.status === 'Processing' || file.status === 'Deleting');
  useEffect(() => {
    if (!moving.length || !shown) return;
    const timer = setTimeout(() => void lookAgain(moving), LOOK_AGAIN);
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
  const found = listed(files ?? [], { search, status, order });
  const rows = found.slice(0, upTo);
  const selected = found.filter((file) => chosen.has(file.id) && file.status !== 'Deleting');
  const statuses = byStatus(files ?? []);
  const narrowed = wanted || search.trim() || status;
  const clear = () => {
    setFilter(noFilter);
    setSearch('');
    setStatus('');
  };
  const close = () => setOpen(null);
  return (
    <>
      <h1>Files</h1>
      {writes ? <Uploads assistant={assistant} changed={() => void load()} /> : null}
      <div class="tools" role="search" aria-label="Files">
        <input
          type="search"
          aria-label="Search by name"
          placeholder="Search by name"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <select
          aria-label="Status"
          value={status}
          onChange={(event) => setStatus(event.currentTarget.value as Status | '')}
        >
          <option value="">Any status</option>
          {Object.entries(STATUS).map(([one, title]) => (
            <option value={one}>{title} ({statuses.get(one as Status) ?? 0})</option>
          ))}
        </select>
        <select
          aria-label="Order"
          value={order}
          onChange={(event) => setOrder(event.currentTarget.value as Order)}
        >
          {ORDERS.map((one) => <option value={one.id}>{one.title}</option>)}
        </select>
      </div>
      <details class="card slim">
        <summary>Filter by metadata{key && key !== 'null' ? ' (on)' : ''}</summary>
        <FilterBuilder state={filter} change={setFilter} known={knownValues(seen.current.values())} />
      </details>
      <Wrong text={error} retry={() => void load()} />
      {!files && !error ? <Waiting what="Loading files…" /> : null}
      {files && !found.length ? (
        narrowed ? (
          <Empty title="No file matches"><Button onClick={clear}>Show all files</Button></Empty>
        ) : (
          <Empty title="No files yet">
            <p>Answers come from files alone.{writes ? ' Add some above.' : ''}</p>
          </Empty>
        )
      ) : null}
      {found.length ? (
        <>
          <div class="line selection">
            {writes ? (
              <label class="inline">
                <input
                  type="checkbox"
                  aria-label="Choose all that are listed"
                  checked={selected.length > 0 && selected.length === found.length}
                  onChange={(event) => setChosen(
                    new Set(event.currentTarget.checked ? found.map((file) => file.id) : []))}
                />
              </label>
            ) : null}
            <p class="note" role="status">
              {selected.length
                ? `${selected.length} of ${count(found.length, 'file')} chosen`
                : `${count(found.length, 'file')}${next ? ` of the first ${files!.length.toLocaleString()}` : ''}`}
            </p>
            {selected.length ? (
              <>
                <Button
                  class="small"
                  disabled={!selected.some((file) => file.status === 'Available')}
                  onClick={() => setOpen({
                    what: 'metadata', files: selected.filter((file) => file.status === 'Available'),
                  })}
                >
                  Metadata of all
                </Button>
                <Button
                  class="small"
                  kind="danger"
                  onClick={() => setOpen({ what: 'delete', files: selected })}
                >
                  Delete all
                </Button>
                <Button class="small" kind="quiet" onClick={() => setChosen(new Set())}>None</Button>
              </>
            ) : null}
          </div>
          <ul class="files">
            {rows.map((file) => (
              <FileItem
                key={file.id}
                file={file}
                writes={writes}
                chosen={chosen.has(file.id)}
                choose={(is) => setChosen((before) => {
                  const now = new Set(before);
                  if (is) now.add(file.id);
                  else now.delete(file.id);
                  return now;
                })}
                view={() => setOpen({
                  what: 'view', source: { assistant: assistant.name, file, quotes: [], at: 0 },
                })}
                download={() => void download(file)}
                edit={() => setOpen({ what: 'metadata', files: [file] })}
                remove={() => setOpen({ what: 'delete', files: [file] })}
              />
            ))}
          </ul>
          {found.length > upTo
            ? <Button onClick={() => setUpTo(upTo + SHOWN)}>Show {Math.min(SHOWN, found.length - upTo)} more</Button>
            : null}
        </>
      ) : null}
      {next ? (
        <p class="note line">
          <span>There are more files than are loaded; a filter by metadata looks at all of them.</span>
          <Button class="small" onClick={() => void load(next)}>Load more</Button>
        </p>
      ) : null}
      {open?.what === 'view' ? <SourceDialog source={open.source} close={close} /> : null}
      {open?.what === 'metadata' ? (
        <EditMetadata assistant={assistant} files={open.files} done={() => void load()} close={close} />
      ) : null}
      {open?.what === 'delete' ? (
        <DeleteFiles
          assistant={assistant}
          files={open.files}
          done={() => {
            setChosen(new Set());
            void load();
          }}
          close={close}
        />
      ) : null}
    </>
  );
}

/** A file that is not there any more has been deleted; anything else went wrong. */
function gone(failure: unknown): null {
  if (failure instanceof ApiError && failure.status === 404) return null;
  throw failure;
}

const STATUS: Record<Status, string> = {
  Available: 'Ready',
  Processing: 'Processing',
  ProcessingFailed: 'Failed',
  Deleting: 'Deleting',
};

function FileItem(props: {
  file: File_;
  writes: boolean;
  chosen: boolean;
  choose: (is: boolean) => void;
  view: () => void;
  download: () => void;
  edit: () => void;
  remove: () => void;
}) {
  const { file, writes } = props;
  const usable = file.status === 'Available';
  return (
    <li class="card">
      <div class="file">
        {writes ? (
          <input
            type="checkbox"
            aria-label={`Choose ${file.name}`}
            checked={props.chosen}
            disabled={file.status === 'Deleting'}
            onChange={(event) => props.choose(event.currentTarget.checked)}
          />
        ) : null}
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
          {usable && writes ? <Button class="small" onClick={props.edit}>Metadata</Button> : null}
          {usable ? <Button class="small" onClick={props.download}>Download</Button> : null}
          {writes ? (
            <Button
              class="small"
              kind="quiet"
              disabled={file.status === 'Deleting'}
              aria-label={`Delete ${file.name}`}
              onClick={props.remove}
            >
              Delete
            </Button>
          ) : null}
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
