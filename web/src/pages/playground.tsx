import { useEffect, useRef, useState } from 'preact/hooks';

import {
  type Assistant, type ChatBody, type Citation, inWords, modelNames, type Reference, type Step,
  type Usage,
} from '../api';
import { Chips, Sources, sourcesOf, withSources } from '../citations';
import { FilterBuilder, filterOf, noFilter } from '../filter';
import { Markdown, withMarks } from '../markdown';
import { remember } from '../recent';
import { useClient } from '../session';
import { Button, count, Empty, Field, seconds, useCopying, Wrong } from '../ui';
import { link } from '../route';
import { type Source, SourceDialog } from '../viewer/source';
import { Snippets } from './snippets';

interface Turn {
  id: number;
  question: string;
  asked: ChatBody;
  text: string;
  steps: Step[];
  citations: Citation[];
  model: string | null;
  snippets: number | null;
  usage: Usage | null;
  reason: string | null;
  first: number | null; // milliseconds to the first words
  total: number | null; // milliseconds
  state: 'writing' | 'done' | 'stopped' | 'failed';
  error: string | null;
}

export function PlaygroundPage({ assistant }: { assistant: Assistant }) {
  const client = useClient();
  const [turns, setTurns] = useState<Turn[]>([]);
  const [question, setQuestion] = useState('');
  const [models, setModels] = useState<string[]>([]);
  const [model, setModel] = useState('');
  const [temperature, setTemperature] = useState('');
  const [topK, setTopK] = useState('');
  const [deep, setDeep] = useState(false);
  const [filter, setFilter] = useState(noFilter);
  const [wrong, setWrong] = useState<string | null>(null);
  const [source, setSource] = useState<Source | null>(null);
  const stop = useRef<AbortController | null>(null);
  const end = useRef<HTMLDivElement>(null);
  const writing = turns.at(-1)?.state === 'writing';

  useEffect(() => {
    modelNames().then(setModels, () => setModels([]));
    return () => stop.current?.abort();
  }, []);
  const length = turns.at(-1)?.text.length ?? 0;
  useEffect(() => {
    if (turns.length) end.current?.scrollIntoView({ block: 'nearest' });
  }, [turns.length, length]);

  const set = (id: number, change: (turn: Turn) => Partial<Turn>) =>
    setTurns((all) => all.map((one) => (one.id === id ? { ...one, ...change(one) } : one)));

  const ask = async () => {
    const text = question.trim();
    if (!text || writing) return;
    let asked: ChatBody;
    try {
      asked = body(text);
    } catch (failure) {
      setWrong((failure as Error).message);
      return;
    }
    setWrong(null);
    setQuestion('');
    const id = turns.length + 1;
    const fresh: Turn = {
      id, question: text, asked, text: '', steps: [], citations: [], model: null, snippets: null, usage: null,
      reason: null, first: null, total: null, state: 'writing', error: null,
    };
    setTurns((all) => [...all, fresh]);
    remember({ kind: 'chat', assistant: assistant.name, body: { ...asked } });
    const controller = new AbortController();
    stop.current = controller;
    const began = performance.now();
    const took = () => performance.now() - began;
    try {
      for await (const event of client.chat(assistant.name, asked, controller.signal)) {
        if (event.type === 'message_start') {
          set(id, () => ({ model: event.model, snippets: event.context_snippet_count ?? null }));
        } else if (event.type === 'content_chunk') {
          const words = event.delta.content;
          const step = event.step;
          if (step) set(id, (turn) => ({ steps: [...turn.steps, step] }));
          // An empty text keeps the connection open, or comes with a step.
          if (words) set(id, (turn) => ({ text: turn.text + words, first: turn.first ?? took() }));
        } else if (event.type === 'citation') {
          set(id, (turn) => ({ citations: [...turn.citations, event.citation] }));
        } else {
          set(id, () => ({
            usage: event.usage, reason: event.finish_reason, total: took(), state: 'done',
          }));
        }
      }
      set(id, (turn) => turn.state === 'writing'
        ? { state: 'failed', total: took(), error: 'The answer broke off before its end.' } : {});
    } catch (failure) {
      const stopped = controller.signal.aborted;
      set(id, () => ({
        state: stopped ? 'stopped' : 'failed',
        total: took(),
        error: stopped ? null : inWords(failure),
      }));
    } finally {
      stop.current = null;
    }
  };

  /** The request, with the conversation so far. Throws what is wrong with the options. */
  const body = (text: string): ChatBody => {
    const history = turns.filter((turn) => turn.state === 'done' && turn.text.trim());
    const made: ChatBody = {
      messages: [
        ...history.flatMap((turn) => [
          { role: 'user', content: turn.question },
          { role: 'assistant', content: turn.text },
        ]),
        { role: 'user', content: text },
      ],
      include_highlights: true,
      stream: true,
    };
    if (model) made.model = model;
    if (temperature) made.temperature = within(temperature, 'Temperature', 0, 2);
    if (topK) made.context_options = { top_k: Math.round(within(topK, 'Snippets', 1, 64)) };
    if (deep) made.deep = true;
    const wanted = filterOf(filter);
    if (wanted) made.filter = wanted;
    return made;
  };

  const options = [
    model || null, temperature && `temperature ${temperature}`, topK && `${topK} snippets`,
    deep ? 'deep' : null,
    filter.conditions.length || filter.written !== null ? 'filtered' : null,
  ].filter(Boolean);
  return (
    <div class="playground">
      <h1 class="sr">Playground</h1>
      <section class="talk" aria-label="Conversation">
        {turns.length === 0 ? (
          <Empty title={`Ask ${assistant.name}`}>
            <p>
              Answers come from its files, with the source of each claim. No files yet?
              {' '}<a href={link(assistant.name, 'files')}>Add some</a> first.
            </p>
          </Empty>
        ) : null}
        {turns.map((turn) => (
          <TurnView
            key={turn.id}
            turn={turn}
            assistant={assistant.name}
            open={(reference) => setSource({
              assistant: assistant.name,
              file: reference.file,
              pages: reference.pages,
              quote: reference.highlight?.content ?? '',
            })}
            show={setSource}
          />
        ))}
        <div ref={end} />
      </section>
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        {wrong ? <p class="note wrong" role="alert">{wrong}</p> : null}
        <details class="quiet options">
          <summary>Options{options.length ? `: ${options.join(', ')}` : ''}</summary>
          <div class="fields">
            <Field label="Model">
              {({ id }) => (
                <select
                  id={id}
                  value={model}
                  onChange={(event) => setModel(event.currentTarget.value)}
                >
                  <option value="">Default</option>
                  {models.map((name) => <option value={name}>{name}</option>)}
                </select>
              )}
            </Field>
            <Field label="Temperature">
              {({ id }) => (
                <input
                  id={id}
                  inputMode="decimal"
                  placeholder="0 to 2"
                  value={temperature}
                  onInput={(event) => setTemperature(event.currentTarget.value)}
                />
              )}
            </Field>
            <Field label="Snippets">
              {({ id }) => (
                <input
                  id={id}
                  inputMode="numeric"
                  placeholder="1 to 64"
                  value={topK}
                  onInput={(event) => setTopK(event.currentTarget.value)}
                />
              )}
            </Field>
          </div>
          <label class="inline">
            <input
              type="checkbox"
              checked={deep}
              onChange={(event) => setDeep(event.currentTarget.checked)}
            />
            Let the model look further before it answers
          </label>
          <p class="label">Only files whose metadata match</p>
          <FilterBuilder state={filter} change={setFilter} />
        </details>
        <div class="ask">
          <textarea
            aria-label="Question"
            placeholder="Ask a question"
            rows={2}
            value={question}
            onInput={(event) => setQuestion(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
                event.preventDefault();
                void ask();
              }
            }}
          />
          {writing ? (
            <Button kind="danger" onClick={() => stop.current?.abort()}>Stop</Button>
          ) : (
            <Button kind="primary" type="submit" disabled={!question.trim()}>Ask</Button>
          )}
        </div>
        <p class="note foot">
          <span>Enter sends, Shift + Enter makes a new line.</span>
          {turns.length && !writing ? (
            <Button kind="quiet" class="small" onClick={() => setTurns([])}>
              New conversation
            </Button>
          ) : null}
        </p>
      </form>
      {source ? <SourceDialog source={source} close={() => setSource(null)} /> : null}
    </div>
  );
}

function within(text: string, name: string, least: number, most: number): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number < least || number > most) {
    throw new Error(`${name} must be a number from ${least} to ${most}.`);
  }
  return number;
}

// --- one turn ---------------------------------------------------------------------------------

function TurnView(props: {
  turn: Turn;
  assistant: string;
  open: (reference: Reference) => void;
  show: (source: Source) => void;
}) {
  const { turn, open } = props;
  const sources = sourcesOf(turn.citations);
  const mark = (index: number) => (
    <Chips citation={turn.citations[index]} sources={sources} open={open} />
  );
  const text = withMarks(turn.text, turn.citations.map((citation) => citation.position));
  return (
    <article class="turn">
      <h2 class="question">{turn.question}</h2>
      {turn.steps.length ? (
        <ol class="note steps">
          {turn.steps.map((step) => <li>{told(step)}</li>)}
        </ol>
      ) : null}
      <div class="answer" aria-busy={turn.state === 'writing'} aria-live="polite">
        <Markdown text={text} mark={mark} />
        {turn.state === 'writing' ? <span class="caret" role="img" aria-label="Writing" /> : null}
      </div>
      <Wrong text={turn.error} />
      {turn.state === 'stopped' ? <p class="note">Stopped.</p> : null}
      {turn.reason === 'length' ? <p class="note warn">Cut off at the model's limit.</p> : null}
      <Sources sources={sources} open={open} />
      {turn.state === 'writing' ? null : (
        <>
          <div class="line">
            <Measures turn={turn} />
            {turn.text && navigator.clipboard ? <CopyAnswer text={withSources(turn.text, turn.citations)} /> : null}
          </div>
          {turn.state === 'failed' && !turn.text ? null : (
            <Snippets assistant={props.assistant} asked={turn.asked} show={props.show} />
          )}
        </>
      )}
    </article>
  );
}

/** A step in words. */
function told({ kind, what, found }: Step): string {
  const done = { search: 'Searched', find_words: 'Found words', open_pages: 'Opened' }[kind];
  return `${done}: ${what} (${found ? count(found, 'passage') : 'nothing'})`;
}

function CopyAnswer({ text }: { text: string }) {
  const [copied, copy] = useCopying();
  return (
    <Button kind="quiet" class="small" onClick={() => void copy(text)}>
      {copied ? 'Copied' : 'Copy answer'}
    </Button>
  );
}

function Measures({ turn }: { turn: Turn }) {
  const told = [
    turn.model,
    turn.first === null ? null : `first words after ${seconds(turn.first)}`,
    turn.total === null ? null : `${seconds(turn.total)} in all`,
    turn.usage && `${turn.usage.prompt_tokens.toLocaleString()} + ${
      count(turn.usage.completion_tokens, 'token')}`,
    turn.snippets === null ? null : count(turn.snippets, 'snippet'),
  ].filter(Boolean);
  return <p class="note measures">{told.join(' · ')}</p>;
}
