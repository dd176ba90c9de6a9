// What a key may do, so that nobody is shown a button that refuses.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { Key, Role } from './api';
import type { Tab } from './route';

export type Right = 'ask' | 'write files' | 'see assistants' | 'write assistants' | 'keys';

const RIGHTS: Record<Role, readonly Right[]> = {
  all: ['ask', 'write files', 'see assistants', 'write assistants', 'keys'],
  control_read: ['see assistants'],
  control_write: ['see assistants', 'write assistants'],
  data_read: ['ask'],
  data_write: ['ask', 'write files'],
};

/** What the role allows; nothing while it is not known. */
export function may(me: Pick<Key, 'role'> | null, right: Right): boolean {
  return me !== null && (RIGHTS[me.role] ?? []).includes(right);
}

/** Which pages of an assistant have something to show to this key. */
export function sees(me: Pick<Key, 'role'> | null, tab: Tab): boolean {
  return tab === 'settings' || tab === 'api' || me === null || may(me, 'ask');
}

export const MeContext = createContext<Key | null>(null);

export function useMay(right: Right): boolean {
  return may(useContext(MeContext), right);
}
