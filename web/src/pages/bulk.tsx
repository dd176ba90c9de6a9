// What is done with many files at once.

import { useState } from 'preact/hooks';

import { type Assistant, type Client, type File_, inWords, type JsonObject } from '../api';
import { MetadataRows, metadataOf, type Row, rowsOf } from '../metadata';
import { remember } from '../recent';
import { useClient } from '../session';
import { Button, Confirm, count, Dialog, Field, useTask, Wrong } from '../ui';
import { changed } from './filelist';

const AT_ONCE = 4;
const NAMED = 5; // files that are named before they are deleted
const PAUSE = 300; // milliseconds between looks at an operation

/** Do it with each of the files, a few at a time. Throws what went wrong, after all were tried. */
async function each(files: readonly File_[], work: (file: File_) => Promise<void>): Promise<void> {
  const left = [...files];
  const wrong: string[] = [];
  const worker = async () => {
    for (let file = left.shift(); file; file = left.shift()) {
      try {
        await work(file);
      } catch (failure) {
        wrong.push(`${file.name}: ${inWords(failure)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (wrong.length > 1) throw new Error(`${count(wrong.length, 'file')} failed. ${wrong[0]}`);
  if (wrong.length) throw new Error(wrong[0]);
}

interface Props {
  assistant: Assistant;
  files: readonly File_[];
  done: () => void; // the files are to be read again
  close: () => void;
}

export function DeleteFiles({ assistant, files, done, close }: Props) {
  const client = useClient();
  const one = files.length === 1 ? files[0]! : null;
  return (
    <Confirm
      title={one ? 'Delete file' : `Delete ${count(files.length, 'file')}`}
      action="Delete"
      close={close}
      run={async () => {
        try {
          await each(files, async ({ id, name }) => {
            await client.deleteFile(assistant.name, id);
            remember({ kind: 'remove', assistant: assistant.name, id, file: name });
          });
        } finally {
          done();
        }
        close();
      }}
    >
      {one ? <p><strong>{one.name}</strong> will be deleted and never cited again.</p> : (
        <>
          <p>These will be deleted and never cited again. It cannot be undone.</p>
          <ul>
            {files.slice(0, NAMED).map((file) => <li>{file.name}</li>)}
            {files.length > NAMED ? <li>and {files.length - NAMED} more</li> : null}
          </ul>
        </>
      )}
    </Confirm>
  );
}

/** Metadata of one file, shown whole; of many, what is to be set in all of them. */
export function EditMetadata({ assistant, files, done, close }: Props) {
  const client = useClient();
  const one = files.length === 1 ? files[0]! : null;
  const [rows, setRows] = useState<Row[]>(() => one ? rowsOf(one.metadata) : [{ key: '', kind: 'text', text: '' }]);
  const [removed, setRemoved] = useState('');
  const { busy, error, run } = useTask();
  const save = () => run(async () => {
    const set = metadataOf(rows);
    const gone = removed.split(',').map((name) => name.trim()).filter(Boolean);
    try {
      await each(files, async (file) => {
        const metadata = one ? set ?? {} : changed(file.metadata, set, gone);
        await carry(client, assistant.name, file, metadata);
      });
    } finally {
      done();
    }
    close();
  });
  return (
    <Dialog title={one ? 'Metadata' : `Metadata of ${count(files.length, 'file')}`} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <p class="note">
          {one ? <>Of <strong>{one.name}</strong>. Filters find files by it.</>
            : 'What you give here is set in each of them; their other values stay.'}
        </p>
        <MetadataRows rows={rows} change={setRows} />
        {one ? null : (
          <Field label="Take away" help="Names of values, with commas between.">
            {({ id, describedBy }) => (
              <input
                id={id}
                aria-describedby={describedBy}
                value={removed}
                onInput={(event) => setRemoved(event.currentTarget.value)}
              />
            )}
          </Field>
        )}
        <Wrong text={error} />
        <div class="actions">
          <Button onClick={close}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={busy}>{busy ? 'Saving…' : 'Save'}</Button>
        </div>
      </form>
    </Dialog>
  );
}

async function carry(client: Client, assistant: string, file: File_, metadata: JsonObject): Promise<void> {
  let operation = await client.updateMetadata(assistant, file.id, metadata);
  const { id, name } = file;
  remember({ kind: 'replace', assistant, id, file: name, metadata });
  while (operation.status === 'Processing') {
    operation = await client.getOperation(assistant, operation.id);
    if (operation.status === 'Processing') await new Promise((done) => setTimeout(done, PAUSE));
  }
  if (operation.status === 'Failed') throw new Error(operation.error_message ?? 'It failed.');
}
