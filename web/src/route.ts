// Where we are, kept in the part of the address that is never sent: `#/assistants/NAME/files`,
// `#/administration`.

import { useEffect, useState } from 'preact/hooks';

export type Tab = 'playground' | 'files' | 'sources' | 'evaluation' | 'settings' | 'api';
export const TABS: readonly { id: Tab; title: string }[] = [
  { id: 'playground', title: 'Playground' },
  { id: 'files', title: 'Files' },
  { id: 'sources', title: 'Sources' },
  { id: 'evaluation', title: 'Evaluation' },
  { id: 'settings', title: 'Settings' },
  { id: 'api', title: 'API' },
];

export type Route =
  | { page: 'assistants' }
  | { page: 'administration' }
  | { page: 'reading'; id: string; shared: boolean }
  | { page: 'assistant'; name: string; tab: Tab; talk?: string };

export function read(hash: string): Route {
  const [first, name, tab, talk] = hash.replace(/^#\/?/, '').split('/');
  if (first === 'administration') return { page: 'administration' };
  if ((first === 'shared' || first === 'conversations') && name) {
    return { page: 'reading', id: name, shared: first === 'shared' };
  }
  if (first !== 'assistants' || !name) return { page: 'assistants' };
  const known = TABS.find((one) => one.id === tab)?.id ?? 'playground';
  try {
    const place = { page: 'assistant' as const, name: decodeURIComponent(name), tab: known };
    return talk && known === 'playground' ? { ...place, talk: decodeURIComponent(talk) } : place;
  } catch {
    return { page: 'assistants' };
  }
}

export const NEW_TALK = 'new';
export const home = '#/assistants';
export const administration = '#/administration';

export function link(name: string, tab: Tab = 'playground'): string {
  return `#/assistants/${encodeURIComponent(name)}/${tab}`;
}

/** A conversation in the playground; without an id a new one. */
export function talkLink(name: string, id: string = NEW_TALK): string {
  return `${link(name)}/${encodeURIComponent(id)}`;
}

/** A conversation of one's own as it is read, printed and shared. */
export function readingLink(id: string): string {
  return `#/conversations/${encodeURIComponent(id)}`;
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener('hashchange', changed);
    changed(); // it may have changed between the first drawing and now
    return () => removeEventListener('hashchange', changed);
  }, []);
  return read(hash);
}
