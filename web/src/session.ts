// Who is signed in. A key lives in this tab alone: not in the address, not on disk, and it is gone
// when the tab is closed. Who signed in with an identity provider is so in all tabs, by a cookie
// that no script can read.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import { Client, type Key } from './api';

const NAME = 'lodgepole.key';

export const session = {
  key: (): string | null => sessionStorage.getItem(NAME),
  begin: (key: string) => sessionStorage.setItem(NAME, key),
  end: () => sessionStorage.removeItem(NAME),
};

/** How one may sign in besides with a key. */
export interface SignInOptions {
  provider: string | null;
  url: string | null;
}

const NOTHING: SignInOptions = { provider: null, url: null };

export async function signInOptions(): Promise<SignInOptions> {
  try {
    const response = await fetch('/lodgepole/sign-in/options', { cache: 'no-store' });
    return response.ok ? ((await response.json()) as SignInOptions) : NOTHING;
  } catch {
    return NOTHING; // the key's own request will say that the server cannot be reached
  }
}

/** Who is signed in with an identity provider in this browser. */
export async function whoIsSignedIn(): Promise<Key | null> {
  try {
    return await new Client(null).me();
  } catch {
    return null;
  }
}

/** Where signing in begins, and ends at the place where we are. */
export function signInLink(url: string): string {
  return /^#\/[\w\-./%~]{1,500}$/.test(location.hash)
    ? `${url}?to=${encodeURIComponent(location.hash)}`
    : url;
}

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('No one is signed in.');
  return client;
}
