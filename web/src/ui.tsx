// The few controls that every page is made of.

import type { ButtonHTMLAttributes, ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { inWords } from './api';

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'class'> & {
  kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  class?: string;
  'data-first'?: boolean;
};

export function Button({ kind = 'plain', type = 'button', class: own, ...rest }: ButtonProps) {
  return <button type={type} class={`button ${kind} ${own ?? ''}`} {...rest} />;
}

/** Whether the window is so, now and when it changes. */
export function useMedia(query: string): boolean {
  const [is, setIs] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = () => setIs(list.matches);
    list.addEventListener('change', changed);
    return () => list.removeEventListener('change', changed);
  }, [query]);
  return is;
}

let ids = 0;

/** An id that nothing else on the page has, whenever it is mounted. */
export function useOwnId(): string {
  return useState(() => {
    ids += 1;
    return `own-${ids}`;
  })[0];
}

/** A label, what it labels, and a line of help or what is wrong. */
export function Field(props: {
  label: string;
  help?: ComponentChildren;
  error?: string | null;
  children: (ids: { id: string; describedBy: string | undefined }) => ComponentChildren;
}) {
  const id = useOwnId();
  const note = props.error ?? props.help;
  const describedBy = note ? `${id}-note` : undefined;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children({ id, describedBy })}
      {note ? (
        <p id={describedBy} class={props.error ? 'note wrong' : 'note'}>{note}</p>
      ) : null}
    </div>
  );
}

export function Wrong({ text, retry }: { text: string | null; retry?: () => void }) {
  if (!text) return null;
  return (
    <div class="message wrong" role="alert">
      <p>{text}</p>
      {retry ? <Button onClick={retry}>Try again</Button> : null}
    </div>
  );
}

export function Told({ children }: { children: ComponentChildren }) {
  return <div class="message told" role="status">{children}</div>;
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Waiting({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" /> {what}
    </p>
  );
}

export function Bar({ share, label }: { share: number; label: string }) {
  return <progress class="bar" max={1} value={share} aria-label={label} />;
}

/** A modal dialog. The browser keeps the focus inside, closes on Escape and gives it back. */
export function Dialog(props: {
  title: string;
  close: () => void;
  wide?: boolean;
  beside?: ComponentChildren; // of the title
  children: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useOwnId();
  useEffect(() => {
    const dialog = element.current!;
    const before = document.activeElement;
    dialog.showModal();
    dialog.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself.
    <dialog
      ref={element}
      class={props.wide ? 'wide' : ''}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        props.close();
      }}
      onClick={(event) => {
        if (event.target === element.current) props.close();
      }}
    >
      <div class="sheet">
        <header>
          <h2 id={id} class="grow">{props.title}</h2>
          {props.beside}
          <Button kind="quiet" class="icon" aria-label="Close" onClick={props.close}>
            <Cross />
          </Button>
        </header>
        {props.children}
      </div>
    </dialog>
  );
}

/** Something that cannot be undone, named before it is done. */
export function Confirm(props: {
  title: string;
  children: ComponentChildren;
  action: string;
  typed?: string;
  run: () => Promise<void>;
  close: () => void;
}) {
  const [text, setText] = useState('');
  const { busy, error, run } = useTask();
  const sure = props.typed === undefined || text === props.typed;
  return (
    <Dialog title={props.title} close={props.close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (sure) void run(props.run);
        }}
      >
        <div class="prose">{props.children}</div>
        {props.typed === undefined ? null : (
          <Field label={`Type “${props.typed}” to confirm`}>
            {({ id }) => (
              <input
                id={id}
                data-first
                value={text}
                autocomplete="off"
                spellcheck={false}
                onInput={(event) => setText(event.currentTarget.value)}
              />
            )}
          </Field>
        )}
        <Wrong text={error} />
        <div class="actions">
          <Button onClick={props.close} data-first={props.typed === undefined}>Cancel</Button>
          <Button kind="danger" type="submit" disabled={!sure || busy}>
            {busy ? 'Working…' : props.action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** One piece of work at a time, with what came of it. */
export function useTask() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(inWords(failure));
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run, setError };
}

/** Copies text, and tells for a moment that it did. Browsers may forbid it. */
export function useCopying(): [boolean, (text: string) => Promise<void>] {
  const [copied, setCopied] = useState(false);
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    } catch {
      setCopied(false);
    }
  };
  return [copied, copy];
}

/** Text to be copied; where the browser forbids it, it is still there to be selected. */
export function Code({ text, label }: { text: string; label: string }) {
  const [copied, copy] = useCopying();
  return (
    <div class="code">
      <span class="note">{label}</span>
      {navigator.clipboard ? (
        <Button kind="quiet" class="small" aria-label={`Copy ${label}`} onClick={() => void copy(text)}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
      ) : null}
      <pre tabIndex={0} role="region" aria-label={label}><code>{text}</code></pre>
    </div>
  );
}

/** Tabs of which exactly one is chosen; arrow keys move as in any tab list. */
export function Choice<T extends string>(props: {
  label: string;
  options: readonly { id: T; title: string }[];
  value: T;
  choose: (id: T) => void;
}) {
  return (
    <div class="choice" role="radiogroup" aria-label={props.label}>
      {props.options.map((option) => (
        <label key={option.id} class={option.id === props.value ? 'on' : ''}>
          <input
            type="radio"
            name={props.label}
            checked={option.id === props.value}
            onChange={() => props.choose(option.id)}
          />
          {option.title}
        </label>
      ))}
    </div>
  );
}

export function Cross() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d="m4 4 8 8m0-8-8 8" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" />
    </svg>
  );
}

export function Tree() {
  return (
    <svg viewBox="4 3 24 27" width="20" height="22" aria-hidden="true">
      <path
        fill="currentColor"
        d="M16 4.5 10.6 12h3L8.6 18.6h3.6L7 25h7.6v3h2.8v-3H25l-5.2-6.4h3.6L18.4 12h3z"
      />
    </svg>
  );
}

// --- values in words --------------------------------------------------------------------------

export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
}

export function when(timestamp: string): string {
  const date = new Date(timestamp);
  return date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

export function seconds(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Ascending page numbers, runs of them joined: `3, 7–10`. */
export function inRuns(pages: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const page of pages) {
    const last = runs.at(-1);
    if (last && page === last[1] + 1) last[1] = page;
    else runs.push([page, page]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
}
