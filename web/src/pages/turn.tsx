// One question with its answer: text, sources, measures, and what one can do with it.

import { useState } from 'preact/hooks';

import { inWords, type Reference, type Step } from '../api';
import { Chips, Sources, sourcesOf, withSources } from '../citations';
import type { Rating, Turn } from '../conversations';
import { Markdown, withMarks } from '../markdown';
import { type Models, writerOf } from '../models';
import { Button, count, seconds, useCopying, Wrong } from '../ui';
import type { Source } from '../viewer/source';
import { Snippets } from './snippets';

export function TurnView(props: {
  turn: Turn;
  models: Models | null;
  assistant: string;
  open: (reference: Reference) => void;
  show: (source: Source) => void;
  again: (() => void) | null; // ask the question again; of the last turn alone
  edit: (() => void) | null;
  rate: ((rating: Rating | null, comment: string | null) => Promise<void>) | null;
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
      {turn.state === 'elsewhere' ? <p class="note">Being answered in another tab.</p> : null}
      {turn.reason === 'length' ? <p class="note warn">Cut off at the model's limit.</p> : null}
      <Sources sources={sources} open={open} />
      {turn.state === 'writing' ? null : (
        <>
          <div class="line">
            <Measures turn={turn} models={props.models} />
            {turn.text && navigator.clipboard
              ? <CopyAnswer text={withSources(turn.text, turn.citations)} />
              : null}
          </div>
          <div class="line does">
            {props.again ? (
              <Button kind="quiet" class="small" onClick={props.again}>
                {turn.state === 'failed' ? 'Try again' : 'Answer again'}
              </Button>
            ) : null}
            {props.edit ? (
              <Button kind="quiet" class="small" onClick={props.edit}>Edit question</Button>
            ) : null}
            {props.rate && turn.answer ? <Thumbs turn={turn} rate={props.rate} /> : null}
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

function Thumbs(props: {
  turn: Turn;
  rate: (rating: Rating | null, comment: string | null) => Promise<void>;
}) {
  const { turn } = props;
  const [comment, setComment] = useState(turn.comment ?? '');
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const rate = async (rating: Rating | null, said: string | null) => {
    try {
      await props.rate(rating, said);
      setError(null);
    } catch (failure) {
      setError(inWords(failure));
    }
  };
  const thumb = (rating: Rating, label: string) => (
    <Button
      kind="quiet"
      class={`icon thumb ${rating}`}
      aria-label={label}
      title={label}
      aria-pressed={turn.rating === rating}
      onClick={() => {
        const taken = turn.rating === rating;
        setAsking(!taken);
        void rate(taken ? null : rating, taken ? null : turn.comment);
      }}
    >
      <Thumb />
    </Button>
  );
  return (
    <>
      {thumb('up', 'Good answer')}
      {thumb('down', 'Bad answer')}
      {asking ? (
        <form
          class="comment"
          onSubmit={(event) => {
            event.preventDefault();
            setAsking(false);
            void rate(turn.rating, comment.trim() || null);
          }}
        >
          <input
            aria-label="Comment"
            placeholder="What is good or wrong about it?"
            maxLength={4000}
            value={comment}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
          <Button class="small" type="submit">Send</Button>
        </form>
      ) : null}
      {!asking && turn.comment ? <span class="note">“{turn.comment}”</span> : null}
      <Wrong text={error} />
    </>
  );
}

function Thumb() {
  return (
    <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
      <path d="M7 21V10l4-8c1.7 0 2.5 1.2 2.5 2.6V9h5.2c1.3 0 2.2 1.2 2 2.4l-1.4 7.6c-.2 1.2-1.2 2-2.3 2zM7 10H3v11h4" />
    </svg>
  );
}

function CopyAnswer({ text }: { text: string }) {
  const [copied, copy] = useCopying();
  return (
    <Button kind="quiet" class="small" onClick={() => void copy(text)}>
      {copied ? 'Copied' : 'Copy answer'}
    </Button>
  );
}

function Measures({ turn, models }: { turn: Turn; models: Models | null }) {
  const told = [
    writerOf(models, turn.model),
    turn.first === null ? null : `first words after ${seconds(turn.first)}`,
    turn.total === null ? null : `${seconds(turn.total)} in all`,
    turn.usage && `${turn.usage.prompt_tokens.toLocaleString()} + ${
      count(turn.usage.completion_tokens, 'token')}`,
    turn.snippets === null ? null : count(turn.snippets, 'snippet'),
  ].filter(Boolean);
  return <p class="note measures">{told.join(' · ')}</p>;
}
