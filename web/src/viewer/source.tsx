// A source: the page of a PDF, or the text, with all that an answer quotes of it marked. It stands
// beside the answer where there is room, else over it as a sheet.

import { useEffect, useRef, useState } from 'preact/hooks';

import type { File_ } from '../api';
import { useClient } from '../session';
import { Button, Choice, Cross, Dialog, inRuns, useMedia, useOwnId } from '../ui';
import { hitId, quoteId } from './marks';
import { originOf } from './origin';
import { Pages, quotesOn } from './pages';
import { useSearch, type Search } from './searching';
import { ReadText } from './text';

export interface Quote {
  text: string;
  pages: number[];
}

export interface Source {
  assistant: string;
  file: Pick<File_, 'id' | 'name' | 'signed_url'> & Partial<Pick<File_, 'metadata'>>;
  quotes: Quote[];
  at: number; // the one that is looked at first
}

type View = 'page' | 'text';
const VIEWS: readonly { id: View; title: string }[] = [
  { id: 'page', title: 'Page' },
  { id: 'text', title: 'Text' },
];
const WIDE = '(min-width: 62rem)'; // as in style.css

const isPdf = (source: Source) => /\.pdf$/i.test(source.file.name);

/** Beside what is asked and answered; as a sheet over it where that is too narrow. */
export function SourcePane({ source, close }: { source: Source; close: () => void }) {
  return useMedia(WIDE)
    ? <Beside key={source.file.id} source={source} close={close} />
    : <SourceDialog key={source.file.id} source={source} close={close} />;
}

export function SourceDialog({ source, close }: { source: Source; close: () => void }) {
  const [view, setView] = useState<View>(isPdf(source) ? 'page' : 'text');
  return (
    <Dialog title={source.file.name} close={close} wide beside={<Views {...{ source, view, setView }} />}>
      <Content source={source} view={view} />
    </Dialog>
  );
}

function Beside({ source, close }: { source: Source; close: () => void }) {
  const [view, setView] = useState<View>(isPdf(source) ? 'page' : 'text');
  const element = useRef<HTMLElement>(null);
  const id = useOwnId();
  useEffect(() => {
    const before = document.activeElement;
    const aside = element.current!;
    aside.focus({ preventScroll: true });
    return () => {
      const now = document.activeElement;
      if (before instanceof HTMLElement && (aside.contains(now) || now === document.body)) {
        before.focus({ preventScroll: true });
      }
    };
  }, []);
  return (
    <aside
      ref={element}
      class="card beside"
      aria-labelledby={id}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <header>
        <h2 id={id} class="grow">{source.file.name}</h2>
        <Views {...{ source, view, setView }} />
        <Button kind="quiet" class="icon" aria-label="Close" onClick={close}><Cross /></Button>
      </header>
      <Content source={source} view={view} />
    </aside>
  );
}

function Views(props: { source: Source; view: View; setView: (view: View) => void }) {
  if (!isPdf(props.source)) return null;
  return <Choice label="View" options={VIEWS} value={props.view} choose={props.setView} />;
}

function Content({ source, view }: { source: Source; view: View }) {
  const client = useClient();
  const search = useSearch(client, source.assistant, source.file.id);
  const [at, setAt] = useState(source.at);
  const [searching, setSearching] = useState(false);
  const quote = source.quotes[at];
  const [page, setPage] = useState(quote?.pages[0] ?? 1);
  const hit = searching && search.hits.length ? search.at : null;
  const place = hit === null ? null : search.hits[hit]!;
  const goTo = (index: number) => {
    setAt(index);
    setSearching(false);
    setPage((now) => {
      const pages = source.quotes[index]?.pages ?? [];
      return pages.includes(now) ? now : pages[0] ?? now;
    });
  };
  useEffect(() => goTo(source.at), [source]);
  useEffect(() => {
    if (place?.page) setPage(place.page);
  }, [place]);
  const origin = originOf(source.file.metadata, quote?.text ?? '');
  const active = hit === null ? quoteId(at) : hitId(hit);
  return (
    <>
      {quote?.text ? <Quoted source={source} at={at} goTo={goTo} /> : null}
      {origin ? (
        <p class="note">
          <a href={origin} target="_blank" rel="noreferrer noopener">Open the page it is from</a>
        </p>
      ) : null}
      <SearchBar
        search={search}
        use={(by) => {
          // The first one is looked at before one goes on to the next.
          if (searching) search.go(by);
          else setSearching(true);
        }}
        typed={(words) => {
          search.set(words);
          setSearching(!!words.trim());
        }}
        shown={hit !== null}
      />
      {view === 'page' ? (
        <Pages
          source={source}
          page={page}
          turnTo={setPage}
          wanted={{ quotes: quotesOn(source, page), search: onPage(search, page) }}
          active={active}
          label={source.file.name}
        />
      ) : <ReadText source={source} at={at} hits={search.hits} hit={hit} />}
    </>
  );
}

/** What is searched, as far as it stands on a page. */
function onPage(search: Search, page: number) {
  const ids = search.hits.flatMap((hit, index) => (hit.page === page ? [hitId(index)] : []));
  return ids.length ? { words: search.words, ids } : null;
}

function Quoted({ source, at, goTo }: { source: Source; at: number; goTo: (at: number) => void }) {
  const quote = source.quotes[at]!;
  const all = source.quotes.length;
  const pages = inRuns(quote.pages);
  const step = (by: number) => goTo((at + by + all) % all);
  const told = [
    all > 1 ? `Quote ${at + 1} of ${all}` : null,
    pages && `${quote.pages.length > 1 ? 'Pages' : 'Page'} ${pages}`,
  ].filter(Boolean).join(' · ');
  return (
    <figure class="quote">
      <blockquote tabIndex={0}>{quote.text}</blockquote>
      {told ? (
        <figcaption class="line">
          <span role="status">{told}</span>
          {all > 1 ? (
            <>
              <span class="grow" />
              <Button class="small" aria-label="Previous quote" onClick={() => step(-1)}>‹</Button>
              <Button class="small" aria-label="Next quote" onClick={() => step(1)}>›</Button>
            </>
          ) : null}
        </figcaption>
      ) : null}
    </figure>
  );
}

function SearchBar(props: {
  search: Search;
  use: (by: number) => void;
  typed: (words: string) => void;
  shown: boolean;
}) {
  const { search } = props;
  const some = search.hits.length > 0;
  return (
    <search class="line find">
      <input
        type="search"
        aria-label="Search in the document"
        placeholder="Search in the document"
        value={search.words}
        onInput={(event) => props.typed(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') props.use(event.shiftKey ? -1 : 1);
          else if (event.key === 'Escape' && search.words) props.typed('');
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {search.words.trim() ? (
        <>
          <span class="note" role="status">
            {some && props.shown ? `${search.at + 1} of ${search.told}` : search.told}
          </span>
          <Button class="small" aria-label="Previous match" disabled={!some} onClick={() => props.use(-1)}>‹</Button>
          <Button class="small" aria-label="Next match" disabled={!some} onClick={() => props.use(1)}>›</Button>
        </>
      ) : null}
    </search>
  );
}
