import { useEffect, useRef, useState } from 'preact/hooks';

import { type Assistant, type ChatBody, type ChatEvent, inWords } from '../api';
import { quotesOf } from '../citations';
import {
  askIn, begun, createConversation, getConversation, listConversations, rateAnswer, said, type Turn, turnsOf,
} from '../conversations';
import { FilterBuilder, filterOf, noFilter } from '../filter';
import { type Known, knownValues } from '../known';
import { modelOf, notFollowed, QUOTES_ONLY, titleOf, useModels } from '../models';
import { remember } from '../recent';
import { link, NEW_TALK, talkLink } from '../route';
import { useClient } from '../session';
import { Button, Empty, Field, Waiting, Wrong } from '../ui';
import { type Source, SourcePane } from '../viewer/source';
import { Talks } from './talks';
import { TurnView } from './turn';

/** Asking an assistant. `talk` is the conversation that the address names. */
export function PlaygroundPage({ assistant, shown, talk }: {
  assistant: Assistant;
  shown: boolean;
  talk?: string | undefined;
}) {
  const client = useClient();
  const [turns, setTurns] = useState<Turn[]>([]);
  const [question, setQuestion] = useState('');
  const [editing, setEditing] = useState(false);
  const models = useModels();
  const [own, setOwn] = useState<string | null>(null); // the assistant's default model
  const [model, setModel] = useState('');
  const [temperature, setTemperature] = useState('');
  const [topK, setTopK] = useState('');
  const [deep, setDeep] = useState(false);
  const [filter, setFilter] = useState(noFilter);
  const [known, setKnown] = useState<Known | undefined>();
  const [wrong, setWrong] = useState<string | null>(null);
  const [source, setSource] = useState<Source | null>(null);
  const [opening, setOpening] = useState(false);
  const [failed, setFailed] = useState<string | null>(null); // to open the conversation
  const [kept, setKept] = useState<boolean | null>(null); // whether the server keeps them
  const [changed, setChanged] = useState(0);
  const current = useRef<string | null>(null); // the conversation whose turns these are
  const stop = useRef<AbortController | null>(null);
  const end = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const standard = modelOf(models, own);
  const answers = modelOf(models, model || own);
  const last = turns.at(-1);
  const writing = last?.state === 'writing';

  useEffect(() => {
    return () => stop.current?.abort();
  }, []);
  useEffect(() => {
    if (!shown) return;
    client.wholeAssistant(assistant.name).then(
      (found) => setOwn(found.default_model),
      () => setOwn(null), // then the server's default is told
    );
  }, [shown]);
  useEffect(() => {
    if (turns.length) end.current?.scrollIntoView({ block: 'end' });
  }, [turns.length, last?.text.length, last?.state]);
  const focus = () => {
    // On a phone the keyboard would cover what is there.
    if (matchMedia('(pointer: fine)').matches) box.current?.focus({ preventScroll: true });
  };

  const empty = () => {
    stop.current?.abort();
    current.current = null;
    setTurns([]);
    setEditing(false);
    setFailed(null);
    setSource(null);
  };
  const open = async (id: string) => {
    empty();
    current.current = id;
    setOpening(true);
    try {
      const found = turnsOf(await getConversation(client, id));
      if (current.current === id) setTurns(found);
    } catch (failure) {
      if (current.current === id) {
        setFailed(inWords(failure));
        current.current = null;
      }
    } finally {
      setOpening(false);
    }
  };
  useEffect(() => {
    if (!shown) return;
    if (talk === NEW_TALK) empty();
    else if (talk && talk !== current.current) void open(talk);
    else if (!talk && current.current) location.replace(talkLink(assistant.name, current.current));
    focus();
  }, [shown, talk]);

  const set = (id: number, change: (turn: Turn) => Partial<Turn>) =>
    setTurns((all) => all.map((one) => (one.id === id ? { ...one, ...change(one) } : one)));

  /** Ask what is in the box, or `again` the last question. */
  const ask = async (again?: Turn) => {
    const text = again?.question ?? question.trim();
    if (!text || writing) return;
    const replaced = again ?? (editing ? last : undefined);
    // What was refused before an answer began is no part of the conversation.
    const before = turns.filter((one) => one !== replaced && (one.state !== 'failed' || one.text));
    let asked: ChatBody;
    try {
      asked = body(text, before);
    } catch (failure) {
      setWrong((failure as Error).message);
      return;
    }
    setWrong(null);
    if (!again) setQuestion('');
    setEditing(false);
    const id = (turns.at(-1)?.id ?? 0) + 1;
    setTurns([...before, begun(id, text, asked)]);
    remember({ kind: 'chat', assistant: assistant.name, body: { ...asked } });
    const controller = new AbortController();
    stop.current = controller;
    const began = performance.now();
    const took = () => performance.now() - began;
    const failing = (error: string | null) => {
      if (!controller.signal.aborted) {
        set(id, () => ({ state: 'failed', total: took(), error }));
        setQuestion((now) => now || text);
      } else set(id, () => ({ state: 'stopped', total: took() }));
    };
    try {
      const keeps = kept ?? (await listConversations(client, { assistant: assistant.name })).kept;
      const events = keeps
        ? await askIn(
          client, await conversation(),
          { body: asked, replaces: replaced?.question ?? null }, controller.signal,
        )
        : client.chat(assistant.name, asked, controller.signal);
      for await (const event of events) take(id, event, took);
      set(id, (turn) => turn.state === 'writing'
        ? { state: 'failed', total: took(), error: 'The answer broke off before its end.' } : {});
    } catch (failure) {
      failing(inWords(failure));
    } finally {
      if (stop.current === controller) stop.current = null;
      setChanged((count) => count + 1);
    }
  };

  /** The conversation's id; where there is none yet, one begins. */
  const conversation = async (): Promise<string> => {
    if (current.current) return current.current;
    const made = await createConversation(client, assistant.name);
    current.current = made.id;
    location.replace(talkLink(assistant.name, made.id));
    return made.id;
  };

  const take = (id: number, event: ChatEvent, took: () => number) => {
    if (event.type === 'message_start') {
      set(id, () => ({
        answer: event.id, model: event.model, snippets: event.context_snippet_count ?? null,
      }));
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
  };

  /** The request, with the conversation so far. Throws what is wrong with the options. */
  const body = (text: string, before: readonly Turn[]): ChatBody => {
    const made: ChatBody = {
      messages: [...said(before), { role: 'user', content: text }],
      include_highlights: true,
      stream: true,
    };
    if (model) made.model = model;
    if (temperature && answers?.takes_temperature !== false) made.temperature = within(temperature, 'Temperature', 0, 2);
    if (topK) made.context_options = { top_k: Math.round(within(topK, 'Snippets', 1, 64)) };
    if (deep && !answers?.quotes) made.deep = true;
    const wanted = filterOf(filter);
    if (wanted) made.filter = wanted;
    return made;
  };

  /** The values that a filter can name; those of the first files, where there are many. */
  const learn = async () => {
    if (known) return;
    try {
      const { files } = await client.listFiles(assistant.name, null);
      setKnown(knownValues(files.map((file) => file.metadata)));
    } catch {
      setKnown(undefined); // one can still write them
    }
  };

  const rate = async (turn: Turn, rating: Turn['rating'], comment: string | null) => {
    if (!current.current || !turn.answer) return;
    await rateAnswer(client, current.current, turn.answer, { rating, comment });
    set(turn.id, () => ({ rating, comment }));
  };

  const options = [
    answers && (model || answers.quotes) ? (answers.quotes ? QUOTES_ONLY : model) : null,
    temperature && !(answers?.takes_temperature === false) && `temperature ${temperature}`, topK && `${topK} snippets`,
    deep && !answers?.quotes ? 'deep' : null,
    filter.conditions.length || filter.written !== null ? 'filtered' : null,
  ].filter(Boolean);
  return (
    <div class={`workplace${kept ? ' with-talks' : ''}${source ? ' with-source' : ''}`}>
    <Talks
      hidden={!kept}
      assistant={assistant.name}
      current={current.current}
      changed={changed}
      kept={setKept}
      gone={() => {
        location.hash = talkLink(assistant.name);
      }}
    />
    <div class="playground">
      <h1 class="sr">Playground</h1>
      <section class="talk" aria-label="Conversation">
        {opening ? <Waiting what="Opening…" /> : null}
        <Wrong text={failed} />
        {turns.length === 0 && !opening && !failed ? (
          <Empty title={`Ask ${assistant.name}`}>
            {answers?.quotes ? (
              <p>
                <strong>Quotes only:</strong> answers are put together from exact words of its files;
                no language model writes them.
              </p>
            ) : null}
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
            models={models}
            assistant={assistant.name}
            open={(reference) => setSource({
              assistant: assistant.name,
              file: reference.file,
              ...quotesOf(turn.citations, reference),
            })}
            show={setSource}
            again={turn === last && !writing ? () => void ask(turn) : null}
            edit={turn === last && !writing
              ? () => {
                setEditing(true);
                setQuestion(turn.question);
                box.current?.focus();
              }
              : null}
            rate={kept && current.current ? (rating, comment) => rate(turn, rating, comment) : null}
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
        <details class="quiet options" onToggle={() => void learn()}>
          <summary>Options{options.length ? `: ${options.join(', ')}` : ''}</summary>
          <div class="fields">
            <Field label="Model">
              {({ id }) => (
                <select
                  id={id}
                  value={model}
                  onChange={(event) => setModel(event.currentTarget.value)}
                >
                  <option value="">{standard ? `Default: ${standard.quotes ? QUOTES_ONLY : standard.name}` : 'Default'}</option>
                  {models?.models.map((one) => <option value={one.name}>{titleOf(one)}</option>)}
                </select>
              )}
            </Field>
            <Field label="Temperature">
              {({ id }) => (
                <input
                  id={id}
                  inputMode="decimal"
                  placeholder={answers && !answers.takes_temperature ? 'no effect' : '0 to 2'}
                  disabled={answers ? !answers.takes_temperature : false}
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
          {answers?.quotes ? (
            <p class="note">
              {models?.models.length === 1 ? 'No language model is configured. ' : ''}
              Answers are exact sentences and rows of your files. {notFollowed(answers)}
            </p>
          ) : null}
          {answers?.quotes ? null : (
            <label class="inline">
              <input
                type="checkbox"
                checked={deep}
                onChange={(event) => setDeep(event.currentTarget.checked)}
              />
              Let the model look further before it answers
            </label>
          )}
          <p class="label">Only files whose metadata match</p>
          <FilterBuilder state={filter} change={setFilter} known={known} />
        </details>
        {editing ? (
          <p class="note editing">
            <span>The last question is asked otherwise; its answer is replaced.</span>
            <Button
              kind="quiet"
              class="small"
              onClick={() => {
                setEditing(false);
                setQuestion('');
              }}
            >
              Cancel
            </Button>
          </p>
        ) : null}
        <div class="ask">
          <textarea
            ref={box}
            aria-label="Question"
            placeholder="Ask a question"
            rows={2}
            value={question}
            onInput={(event) => setQuestion(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
                event.preventDefault();
                void ask();
              } else if (event.key === 'ArrowUp' && !question && last) {
                event.preventDefault();
                setQuestion(last.question);
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
            <Button kind="quiet" class="small" onClick={() => {
                empty();
                location.hash = talkLink(assistant.name);
                focus();
              }}>
              New conversation
            </Button>
          ) : null}
        </p>
      </form>
    </div>
      {source ? <SourcePane source={source} close={() => setSource(null)} /> : null}
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
