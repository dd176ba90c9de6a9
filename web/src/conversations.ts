// Conversations that the server keeps: their requests, and their turns as the playground has them.

import type { ChatBody, ChatEvent, Citation, Client, JsonObject, Step, Usage } from './api';

export interface Conversation {
  id: string;
  assistant: string;
  title: string;
  questions: number;
  updated_at: string;
  share?: string; // the id of its link, where it is shared
}

export type Rating = 'up' | 'down';

export interface Question {
  role: 'user';
  id: string;
  content: string;
  options: Partial<Omit<ChatBody, 'messages'>> | null;
}

export interface Answer {
  role: 'assistant';
  id: string;
  content: string;
  status: 'answering' | 'completed' | 'stopped' | 'failed';
  citations: Citation[];
  model: string | null;
  finish_reason: string | null;
  usage: Usage | null;
  context_snippet_count: number | null;
  error_message: string | null;
  rating: Rating | null;
  comment: string | null;
  withheld?: true; // parts are left out, since their files are not for the reader
}

export interface WholeConversation extends Conversation {
  messages: (Question | Answer)[];
}

/** A question and its answer, as far as it has come. */
export interface Turn {
  id: number;
  question: string;
  asked: ChatBody;
  text: string;
  steps: Step[]; // told while it is made, and not kept
  citations: Citation[];
  answer: string | null; // the answer's id, once it has begun
  model: string | null;
  snippets: number | null;
  usage: Usage | null;
  reason: string | null;
  first: number | null; // milliseconds to the first words
  total: number | null; // milliseconds
  state: 'writing' | 'done' | 'stopped' | 'failed' | 'elsewhere';
  error: string | null;
  rating: Rating | null;
  comment: string | null;
}

const PATH = '/lodgepole/conversations';
const LISTED = 50;
const at = (id: string) => `${PATH}/${encodeURIComponent(id)}`;

export function listConversations(
  client: Client,
  asked: { assistant: string; search?: string; token?: string },
) {
  const query = new URLSearchParams({ assistant: asked.assistant, limit: String(LISTED) });
  if (asked.search) query.set('search', asked.search);
  if (asked.token) query.set('pagination_token', asked.token);
  return client.json<{
    conversations: Conversation[];
    kept: boolean;
    pagination?: { next: string };
  }>('GET', `${PATH}?${query}`);
}

export function createConversation(client: Client, assistant: string) {
  return client.json<Conversation>('POST', PATH, { assistant });
}

export function getConversation(client: Client, id: string) {
  return client.json<WholeConversation>('GET', at(id));
}

export function renameConversation(client: Client, id: string, title: string) {
  return client.json<Conversation>('PATCH', at(id), { title });
}

export function deleteConversation(client: Client, id: string) {
  return client.json<{ id: string; restorable_until: string }>('DELETE', at(id));
}

export function restoreConversation(client: Client, id: string) {
  return client.json<Conversation>('POST', `${at(id)}/restore`);
}

export function getShared(client: Client, id: string) {
  return client.json<WholeConversation>('GET', `/lodgepole/shared/${encodeURIComponent(id)}`);
}

export function shareConversation(client: Client, id: string) {
  return client.json<{ id: string; url: string }>('POST', `${at(id)}/share`);
}

export async function unshareConversation(client: Client, id: string): Promise<void> {
  await client.send('DELETE', `${at(id)}/share`);
}

export async function exportConversation(client: Client, id: string): Promise<string> {
  return (await client.send('GET', `${at(id)}/export`)).text();
}

export function rateAnswer(
  client: Client,
  id: string,
  answer: string,
  given: { rating: Rating | null; comment: string | null },
) {
  const path = `${at(id)}/messages/${encodeURIComponent(answer)}/rating`;
  return client.json<Answer>('PUT', path, given);
}

/** Ask; the last question's place is taken only where that is still the one that is meant. */
export async function askIn(
  client: Client,
  id: string,
  asked: { body: ChatBody; replaces: string | null },
  signal: AbortSignal,
): Promise<AsyncGenerator<ChatEvent>> {
  const { messages, include_highlights: _, ...options } = asked.body;
  const body: JsonObject = { ...options, content: messages.at(-1)?.content ?? '' };
  if (asked.replaces !== null) {
    const last = (await getConversation(client, id)).messages.at(-2);
    if (last?.content === asked.replaces) body.replace_last = true;
  }
  return client.events(`${at(id)}/messages`, body, signal);
}

/** The turns of a conversation. */
export function turnsOf(conversation: WholeConversation): Turn[] {
  const turns: Turn[] = [];
  for (let index = 0; index + 1 < conversation.messages.length; index += 2) {
    const question = conversation.messages[index] as Question;
    const answer = conversation.messages[index + 1] as Answer;
    turns.push({
      ...begun(turns.length + 1, question.content, {
        ...(question.options ?? {}),
        messages: [...said(turns), { role: 'user', content: question.content }],
      }),
      text: answer.content,
      citations: answer.citations,
      answer: answer.id,
      model: answer.model,
      snippets: answer.context_snippet_count,
      usage: answer.usage,
      reason: answer.finish_reason,
      state: ({ answering: 'elsewhere', completed: 'done', stopped: 'stopped', failed: 'failed' } as const)[
        answer.status
      ],
      error: answer.error_message,
      rating: answer.rating,
      comment: answer.comment,
    });
  }
  return turns;
}

/** A turn whose answer has not begun. */
export function begun(id: number, question: string, asked: ChatBody): Turn {
  return {
    id, question, asked, text: '', steps: [], citations: [], answer: null, model: null, snippets: null,
    usage: null, reason: null, first: null, total: null, state: 'writing', error: null,
    rating: null, comment: null,
  };
}

/** What was said in these turns, as a chat is sent it. */
export function said(turns: readonly Turn[]): ChatBody['messages'] {
  return turns
    .filter((turn) => turn.state === 'done' && turn.text.trim())
    .flatMap((turn) => [
      { role: 'user', content: turn.question },
      { role: 'assistant', content: turn.text },
    ]);
}
