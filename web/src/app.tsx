// The frame of every page: who is signed in, where we are, the assistant's tabs.

import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';

import { type Assistant, Client, inWords, type Key } from './api';
import { AdministrationPage } from './pages/administration';
import { AssistantsPage } from './pages/assistants';
import { CodePage } from './pages/code';
import { EvaluationPage } from './pages/evaluation';
import { FilesPage } from './pages/files';
import { PlaygroundPage } from './pages/playground';
import { ReadingPage } from './pages/reading';
import { SettingsPage } from './pages/settings';
import { SignIn } from './pages/signin';
import { SourcesPage } from './pages/sources';
import { forget } from './recent';
import { may, MeContext, sees } from './rights';
import { administration, home, link, type Route, type Tab, TABS, useRoute } from './route';
import {
  ClientContext, session, type SignInOptions, signInOptions, useClient, whoIsSignedIn,
} from './session';
import { Button, Tree, Waiting, Wrong } from './ui';

export function App() {
  const [key, setKey] = useState(session.key);
  const [options, setOptions] = useState<SignInOptions | null>(null);
  const [person, setPerson] = useState(false);
  const [why, setWhy] = useState<string | null>(null);
  const leave = (reason: string | null) => {
    session.end();
    forget();
    setWhy(reason);
    setKey(null);
    setPerson(false);
  };
  useEffect(() => {
    if (key) return;
    void (async () => {
      const found = await signInOptions();
      setPerson(found.url !== null && (await whoIsSignedIn()) !== null);
      setOptions(found);
    })();
  }, [key]);
  const client = useMemo(
    () => key
      ? new Client(key, () => leave('This key is not valid any more. Sign in again.'))
      : person
        ? new Client(null, () => leave('Your session has ended. Sign in again.'))
        : null,
    [key, person],
  );
  if (!client) {
    if (!options) return <Waiting what="Opening…" />;
    return (
      <SignIn
        why={why}
        options={options}
        done={(accepted) => {
          session.begin(accepted);
          setWhy(null);
          setKey(accepted);
        }}
      />
    );
  }
  const signOut = async () => {
    // Where the server cannot be reached the session goes on: it is better to stay than to pretend.
    if (!key) await client.send('POST', '/lodgepole/sign-out');
    leave(null);
  };
  return (
    <ClientContext.Provider value={client}>
      <Frame signOut={() => void signOut()} />
    </ClientContext.Provider>
  );
}

const TITLES: Record<Route['page'], string> = {
  assistants: 'Assistants',
  assistant: 'Assistants',
  administration: 'Keys and usage',
  reading: 'Conversation',
};

function Frame({ signOut }: { signOut: () => void }) {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const client = useClient();
  const [me, setMe] = useState<Key | null>(null);
  useEffect(() => {
    client.me().then(setMe, () => setMe(null)); // a key that was refused has been signed out
  }, [client]);
  const place = route.page === 'assistant' ? `${route.name}/${route.tab}` : route.page;
  useEffect(() => {
    const tab = route.page === 'assistant' && TABS.find((one) => one.id === route.tab)!.title;
    document.title = tab && route.page === 'assistant'
      ? `${route.name} · ${tab} · Lodgepole`
      : `${TITLES[route.page]} · Lodgepole`;
    if (!first.current) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    first.current = false;
  }, [place]);
  return (
    <MeContext.Provider value={me}>
      {/* biome-ignore lint/a11y/useValidAnchor: it goes to a part of the page, past the router. */}
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to content
      </a>
      <header class="top">
        <div class="bounds">
          <a class="brand" href={home} aria-label="Lodgepole, all assistants">
            <Tree /> <span>Lodgepole</span>
          </a>
          {route.page === 'assistant' ? (
            <nav class="crumb" aria-label="Place">
              <span aria-hidden="true">/</span>
              <a href={link(route.name)}>{route.name}</a>
            </nav>
          ) : null}
          <span class="grow" />
          {may(me, 'keys') ? (
            <a
              class="button quiet admin"
              href={administration}
              aria-label="Keys and usage"
              aria-current={route.page === 'administration' ? 'page' : undefined}
            >
              Keys<span class="long">&nbsp;and usage</span>
            </a>
          ) : null}
          <Button kind="quiet" onClick={signOut}>Sign out</Button>
        </div>
        {route.page === 'assistant' ? <Tabs route={route} me={me} /> : null}
      </header>
      <main id="main" ref={main} tabIndex={-1} class="bounds">
        {route.page === 'assistant'
          ? <AssistantPages key={route.name} name={route.name} tab={route.tab} talk={route.talk} />
          : null}
        {route.page === 'assistants' ? <AssistantsPage /> : null}
        {route.page === 'reading'
          ? <ReadingPage key={route.id} id={route.id} shared={route.shared} />
          : null}
        {route.page === 'administration' ? <Administration me={me} /> : null}
      </main>
    </MeContext.Provider>
  );
}

function Administration({ me }: { me: Key | null }) {
  if (!me) return <Waiting what="Opening…" />;
  if (me.role === 'all') return <AdministrationPage me={me} />;
  return (
    <>
      <h1>Keys and usage</h1>
      <Wrong text={`Your key has the role “${me.role}”. This page is for keys with “all”.`} />
    </>
  );
}

function Tabs({ route, me }: { route: Extract<Route, { page: 'assistant' }>; me: Key | null }) {
  return (
    <nav class="tabs bounds" aria-label="Assistant">
      {TABS.filter((tab) => sees(me, tab.id)).map((tab) => (
        <a
          href={link(route.name, tab.id)}
          aria-current={tab.id === route.tab ? 'page' : undefined}
        >
          {tab.title}
        </a>
      ))}
    </nav>
  );
}

/** The pages of one assistant. A conversation survives a look at another tab. */
function AssistantPages({ name, tab, talk }: { name: string; tab: Tab; talk?: string | undefined }) {
  const client = useClient();
  const me = useContext(MeContext);
  const [assistant, setAssistant] = useState<Assistant | null>(null);
  const [error, setError] = useState<string | null>(null);
  const load = () => {
    setError(null);
    client.getAssistant(name).then(setAssistant, (failure: unknown) => setError(inWords(failure)));
  };
  useEffect(load, [name]);
  if (error) {
    return (
      <>
        <h1 class="sr">{name}</h1>
        <Wrong text={error} retry={load} />
        <p><a href={home}>All assistants</a></p>
      </>
    );
  }
  if (!assistant) return <Waiting what="Opening…" />;
  if (!sees(me, tab)) {
    return (
      <>
        <h1 class="sr">{name}</h1>
        <Wrong text={`Your key has the role “${me?.role}”: it sees assistants, not their files.`} />
        <p><a href={link(name, 'settings')}>Settings</a></p>
      </>
    );
  }
  return (
    <>
      <div hidden={tab !== 'playground'}>
        <PlaygroundPage assistant={assistant} shown={tab === 'playground'} talk={talk} />
      </div>
      <div hidden={tab !== 'files'}><FilesPage assistant={assistant} shown={tab === 'files'} /></div>
      {tab === 'sources' ? <SourcesPage assistant={assistant} /> : null}
      {tab === 'evaluation' ? <EvaluationPage assistant={assistant} /> : null}
      {tab === 'settings'
        ? <SettingsPage assistant={assistant} changed={setAssistant} />
        : null}
      {tab === 'api' ? <CodePage assistant={assistant} /> : null}
    </>
  );
}
