// What retrieval found for a question: fetched when someone wants to see it.

import { useState } from 'preact/hooks';

import { type ChatBody, type Context, inWords, type Snippet } from '../api';
import { remember } from '../recent';
import { useClient } from '../session';
import { Bar, Button, count, inRuns, Waiting, Wrong } from '../ui';
import type { Source } from '../viewer/source';

export function Snippets(props: {
  assistant: string;
  asked: ChatBody;
  show: (source: Source) => void;
}) {
  const client = useClient();
  const [found, setFound] = useState<Context | null>(null);
  const [error, setError] = useState<string | null>(null);
  const load = async () => {
    const { messages, filter, context_options: options } = props.asked;
    const body = {
      messages,
      ...(filter ? { filter } : {}),
      ...(options?.top_k ? { top_k: options.top_k } : {}),
      include_binary_content: false,
    };
    setError(null);
    try {
      setFound(await client.context(props.assistant, body));
      remember({ kind: 'context', assistant: props.assistant, body });
    } catch (failure) {
      setError(inWords(failure));
    }
  };
  return (
    <details
      class="quiet snippets"
      onToggle={(event) => {
        if (event.currentTarget.open && !found) void load();
      }}
    >
      <summary>Retrieved snippets</summary>
      <Wrong text={error} retry={() => void load()} />
      {!found && !error ? <Waiting what="Looking…" /> : null}
      {found ? (
        <>
          <p class="note">
            {count(found.snippets.length, 'snippet')},
            {' '}{found.usage.prompt_tokens.toLocaleString()} tokens
          </p>
          <ol>
            {found.snippets.map((snippet) => (
              <li><SnippetView {...props} snippet={snippet} /></li>
            ))}
          </ol>
        </>
      ) : null}
    </details>
  );
}

function SnippetView(props: {
  assistant: string;
  snippet: Snippet;
  show: (source: Source) => void;
}) {
  const { snippet } = props;
  const { file, pages = [] } = snippet.reference;
  const text = typeof snippet.content === 'string'
    ? snippet.content
    : snippet.content
      .map((block) => (block.type === 'text' ? block.text : `[figure: ${block.caption}]`))
      .join('\n');
  return (
    <>
      <div class="line">
        <Button
          kind="quiet"
          class="small source"
          onClick={() => props.show({
            assistant: props.assistant, file, quotes: [{ text, pages }], at: 0,
          })}
        >
          {file.name}{pages.length ? `, p. ${inRuns(pages)}` : ''}
        </Button>
        <span class="grow" />
        <Bar share={snippet.score} label="Score" />
        <span class="note">{snippet.score.toFixed(3)}</span>
      </div>
      <p class="kept clamp-more" tabIndex={0}>{text}</p>
    </>
  );
}
