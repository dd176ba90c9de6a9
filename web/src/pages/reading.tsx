// A conversation as it is read from beginning to end: by who has its link, and on paper.

import './reading.css';

import { useEffect, useState } from 'preact/hooks';

import { type Citation, inWords } from '../api';
import { quotesOf, sourcesOf, titleOf } from '../citations';
import {
  type Answer, getConversation, getShared, type Question, shareConversation, unshareConversation,
  type WholeConversation,
} from '../conversations';
import { Markdown, withMarks } from '../markdown';
import { talkLink } from '../route';
import { useClient } from '../session';
import { Button, useCopying, Waiting, when, Wrong } from '../ui';

export function ReadingPage({ id, shared }: { id: string; shared: boolean }) {
  const client = useClient();
  const [found, setFound] = useState<WholeConversation | null>(null);
  const [error, setError] = useState<string | null>(null);
  const load = () => {
    setError(null);
    (shared ? getShared(client, id) : getConversation(client, id)).then(
      (read) => {
        setFound(read);
        document.title = read.title || 'Conversation'; // what a browser calls the PDF
      },
      (failure: unknown) => setError(inWords(failure)),
    );
  };
  useEffect(load, [id, shared]);
  if (error) {
    return (
      <>
        <h1>Conversation</h1>
        <Wrong text={error} retry={load} />
      </>
    );
  }
  if (!found) return <Waiting what="Opening the conversation…" />;
  return (
    <article class="reading">
      <h1>{found.title || 'Conversation'}</h1>
      <p class="note">{found.assistant}, {when(found.updated_at)}</p>
      <div class="line off-paper">
        <Button onClick={() => print()}>Print or save as PDF</Button>
        {shared ? null : <Sharing conversation={found} />}
        {shared ? null : <a href={talkLink(found.assistant, id)}>Go on with it</a>}
      </div>
      {found.messages.map((message) => message.role === 'user'
        ? <h2 class="asked">{(message as Question).content}</h2>
        : <Said answer={message as Answer} />)}
    </article>
  );
}

function Sharing({ conversation }: { conversation: WholeConversation }) {
  const client = useClient();
  const [link, setLink] = useState(
    conversation.share ? `${location.origin}/console#/shared/${conversation.share}` : null,
  );
  const [error, setError] = useState<string | null>(null);
  const [copied, copy] = useCopying();
  const change = async (work: () => Promise<string | null>) => {
    try {
      setLink(await work());
      setError(null);
    } catch (failure) {
      setError(inWords(failure));
    }
  };
  return (
    <>
      {link ? (
        <>
          <input class="link" readOnly aria-label="Link" value={link} onFocus={(event) => event.currentTarget.select()} />
          {navigator.clipboard
            ? <Button onClick={() => void copy(link)}>{copied ? 'Copied' : 'Copy link'}</Button>
            : null}
          <Button
            onClick={() => void change(async () => {
              await unshareConversation(client, conversation.id);
              return null;
            })}
          >
            Stop sharing
          </Button>
        </>
      ) : (
        <Button
          onClick={() => void change(async () => (await shareConversation(client, conversation.id)).url)}
        >
          Share by link
        </Button>
      )}
      <Wrong text={error} />
      {link ? (
        <p class="note">
          Whoever may ask this assistant can read it by the link, as far as they see its files.
        </p>
      ) : null}
    </>
  );
}

const NOTES: Partial<Record<Answer['status'], string>> = {
  answering: 'This answer is not finished.',
  stopped: 'This answer was stopped.',
  failed: 'This answer broke off.',
};

function Said({ answer }: { answer: Answer }) {
  const sources = sourcesOf(answer.citations);
  const numbers = (citation: Citation | undefined) => [
    ...new Set((citation?.references ?? []).map(
      (one) => sources.findIndex((source) => titleOf(source.reference) === titleOf(one)
        && source.reference.file.id === one.file.id) + 1,
    )),
  ];
  const text = withMarks(answer.content, answer.citations.map((citation) => citation.position));
  return (
    <section class="said" aria-label="Answer">
      <Markdown
        text={text}
        mark={(index) => numbers(answer.citations[index]).map((number) => ` [${number}]`).join('')}
      />
      {NOTES[answer.status] ? <p class="note">{NOTES[answer.status]}</p> : null}
      {answer.withheld ? (
        <p class="note">Parts are left out: they are from files that you do not see.</p>
      ) : null}
      {sources.length ? (
        <ol class="told" aria-label="Sources">
          {sources.map(({ reference }) => (
            <li>
              {titleOf(reference)}
              {quotesOf(answer.citations, reference).quotes
                .filter((quote) => quote.text && String(quote.pages) === String(reference.pages))
                .map((quote) => <q>{quote.text}</q>)}
            </li>
          ))}
        </ol>
      ) : null}
    </section>
  );
}
