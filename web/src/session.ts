// Who is signed in. The key lives in this tab alone: not in the address, not on disk, and it is
// gone when the tab is closed.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { Client } from './api';

const NAME = 'lodgepole.key';

export const session = {
  key: (): string | null => sessionStorage.getItem(NAME),
  begin: (key: string) => sessionStorage.setItem(NAME, key),
  end: () => sessionStorage.removeItem(NAME),
};

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('No one is signed in.');
  return client;
}
