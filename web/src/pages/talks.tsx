// The list of conversations beside the playground: found, renamed, deleted and had back.

import { useEffect, useRef, useState } from 'preact/hooks';

import { ApiError, inWords } from '../api';
import {
  type Conversation, deleteConversation, exportConversation, listConversations,
  renameConversation, restoreConversation,
} from '../conversations';
import { readingLink, talkLink } from '../route';
import { useClient } from '../session';
import { Button, Cross, Wrong } from '../ui';

const TYPING = 250; // milliseconds after the last letter until it is searched
const WIDE = '(min-width: 62rem)'; // as in style.css: the list stands beside, not above

export function Talks(props: {
  hidden: boolean;
  assistant: string;
  current: string | null;
  changed: number; // goes up when the list is to be read again
  kept: (kept: boolean) => void;
  gone: (id: string) => void;
}) {
  const client = useClient();
  const [found, setFound] = useState<Conversation[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  const [naming, setNaming] = useState<string | null>(null);
  const [deleted, setDeleted] = useState<Conversation | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [open, setOpen] = useState(() => matchMedia(WIDE).matches);
  const asked = useRef(0);

  const load = async (token?: string) => {
    asked.current += 1;
    const mine = asked.current;
    try {
      const page = await listConversations(client, {
        assistant: props.assistant, search: search.trim(), ...(token ? { token } : {}),
      });
      if (mine !== asked.current) return;
      props.kept(page.kept);
      setFound((before) => [...(token ? before : []), ...page.conversations]);
      setNext(page.pagination?.next ?? null);
      setError(null);
    } catch (failure) {
      if (mine !== asked.current) return;
      setError(inWords(failure));
      if (failure instanceof ApiError && failure.status === 403) props.kept(false);
    }
  };
  useEffect(() => {
    const timer = setTimeout(() => void load(), search ? TYPING : 0);
    return () => clearTimeout(timer);
  }, [props.assistant, props.changed, search]);

  const change = async (work: () => Promise<unknown>) => {
    try {
      await work();
      setError(null);
      await load();
    } catch (failure) {
      setError(inWords(failure));
    }
  };
  const remove = (one: Conversation) => change(async () => {
    await deleteConversation(client, one.id);
    setDeleted(one);
    if (one.id === props.current) props.gone(one.id);
  });
  const save = async (one: Conversation) => {
    const url = URL.createObjectURL(new Blob([await exportConversation(client, one.id)]));
    const anchor = document.createElement('a');
    anchor.href = url;
    anchor.download = `${one.title.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60) || 'conversation'}.md`;
    anchor.click();
    URL.revokeObjectURL(url);
  };

  return (
    <aside class="talks" aria-label="Conversations" hidden={props.hidden}>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Conversations</summary>
        <div class="head">
          <a class="button small" href={talkLink(props.assistant)}>New conversation</a>
          <input
            type="search"
            aria-label="Search conversations"
            placeholder="Search"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </div>
        <Wrong text={error} />
        {deleted ? (
          <p class="note undo" role="status">
            <span>Deleted “{deleted.title || 'Untitled'}”.</span>
            <Button
              kind="quiet"
              class="small"
              onClick={() => {
                setDeleted(null);
                void change(() => restoreConversation(client, deleted.id));
              }}
            >
              Undo
            </Button>
          </p>
        ) : null}
        <ul>
          {found.map((one) => (
            <li key={one.id} class={one.id === props.current ? 'current' : ''}>
              {naming === one.id ? (
                <Renaming
                  title={one.title}
                  done={(title) => {
                    setNaming(null);
                    if (title && title !== one.title) {
                      void change(() => renameConversation(client, one.id, title));
                    }
                  }}
                />
              ) : (
                <>
                  <a
                    href={talkLink(props.assistant, one.id)}
                    aria-current={one.id === props.current ? 'page' : undefined}
                    title={one.title}
                    onClick={() => setOpen(matchMedia(WIDE).matches)}
                  >
                    {one.title || 'Untitled'}
                  </a>
                  <span class="does">
                    <Button kind="quiet" class="small" aria-label={`Rename ${one.title}`} onClick={() => setNaming(one.id)}>
                      Rename
                    </Button>
                    <Button kind="quiet" class="small" aria-label={`Export ${one.title}`} onClick={() => void change(() => save(one))}>
                      Export
                    </Button>
                    <a class="button quiet small" href={readingLink(one.id)} aria-label={`Share or print ${one.title}`}>
                      Share
                    </a>
                    <Button kind="quiet" class="icon" aria-label={`Delete ${one.title}`} onClick={() => void remove(one)}>
                      <Cross />
                    </Button>
                  </span>
                </>
              )}
            </li>
          ))}
        </ul>
        {found.length === 0 && !error ? (
          <p class="note">{search ? 'Nothing found.' : 'Conversations are kept here.'}</p>
        ) : null}
        {next ? (
          <Button kind="quiet" class="small" onClick={() => void load(next)}>More</Button>
        ) : null}
      </details>
    </aside>
  );
}

function Renaming({ title, done }: { title: string; done: (title: string) => void }) {
  const [text, setText] = useState(title);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.select(), []);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        done(text.trim());
      }}
    >
      <input
        ref={box}
        aria-label="Title"
        maxLength={120}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={() => done(text.trim())}
        onKeyDown={(event) => {
          if (event.key === 'Escape') done('');
        }}
      />
    </form>
  );
}
