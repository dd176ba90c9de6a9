// The public API, as any other client sees it, with what is below `/lodgepole`, which is our own.
// Nothing here is known to the console alone.

export const VERSION = '2026-04';
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface Assistant {
  name: string;
  status: string;
  instructions: string | null;
  metadata: JsonObject | null;
  host: string;
  region: string;
  created_at: string;
  updated_at: string;
}

export interface CountedAssistant extends Assistant {
  files: { available: number; processing: number; failed: number; deleting: number };
  bytes: number;
}

export interface File_ {
  id: string;
  name: string;
  size: number;
  metadata: JsonObject | null;
  created_on: string;
  updated_on: string;
  status: 'Processing' | 'Available' | 'Deleting' | 'ProcessingFailed';
  signed_url: string | null;
  multimodal: boolean;
  percent_done: number;
  error_message: string | null;
  notice?: string;
}

export interface Operation {
  id: string;
  operation_type: string;
  status: 'Processing' | 'Completed' | 'Failed';
  file_id?: string;
  percent_complete: number;
  error_message?: string;
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

export interface Reference {
  file: File_;
  pages: number[];
  highlight: { type: 'text'; content: string } | null;
}

export interface Citation {
  position: number;
  references: Reference[];
}

export type SnippetBlock =
  | { type: 'text'; text: string }
  | { type: 'image'; caption: string; image: { mime_type: string; data: string } | null };

export interface Snippet {
  type: 'text' | 'multimodal';
  content: string | SnippetBlock[];
  score: number;
  reference: { type: string; file: File_; pages?: number[] };
}

export interface Context {
  id: string;
  snippets: Snippet[];
  usage: Usage;
}

export interface Alignment {
  metrics: { correctness: number; completeness: number; alignment: number };
  reasoning: { evaluated_facts: { fact: { content: string }; entailment: string }[] };
  usage: Usage;
}

export type Role = 'all' | 'control_read' | 'control_write' | 'data_read' | 'data_write';

export interface Webhook {
  id: string;
  url: string;
  events: string[];
  assistant: string | null;
  enabled: boolean;
}

export interface Delivery {
  id: string;
  event: string;
  status: 'Pending' | 'Delivered' | 'Failed';
  created_at: string;
  attempts: number;
  last_error: string | null;
}

export interface Key {
  id: string;
  name: string;
  role: Role;
  project: string;
  created_at: string;
}

interface Counts {
  requests: number;
  prompt_tokens: number;
  completion_tokens: number;
}

/** What an assistant was asked on a day, and held then, where that was noted. */
export interface AssistantDay extends Counts {
  day: string;
  assistant: string; // empty for all beyond the first thousand
  files: number | null;
  bytes: number | null;
}

export interface UsageReport {
  project: string;
  assistants: number;
  files: number;
  bytes: number;
  operations: { processing: number; completed: number; failed: number };
  since: string;
  days: (Counts & { day: string })[];
  keys: (Counts & { id: string; last_used_on: string })[];
  by_assistant: AssistantDay[];
}

export interface Source {
  id: string;
  url: string;
  kind: 'folder' | 'web' | 'git' | 'bucket';
  state: 'active' | 'paused' | 'deleting';
  running: boolean;
  every_seconds: number | null;
  due_at: string | null;
  failures: number;
}

export interface SourceRun {
  id: string;
  status: 'running' | 'completed' | 'failed' | 'interrupted';
  started_at: string;
  finished_at: string | null;
  counts: Record<
    'added' | 'changed' | 'moved' | 'removed' | 'unchanged' | 'skipped' | 'failed', number
  >;
  notes: { key: string; change: string; reason: string | null }[];
  error_message: string | null;
}

export interface SourceBody {
  assistant: string;
  url: string;
  every_seconds?: number;
  include?: string[];
  exclude?: string[];
  rules?: { crawl: boolean };
  credential?: string;
}

export interface DocumentText {
  length: number;
  page_count: number | null;
  start: number;
  end: number;
  text: string;
  pages: { number: number; start: number; end: number }[];
  blocks: { kind: string; start: number; end: number; level: number }[];
  next_start?: number;
}

/** Something that a model did to find more, where it was asked to look deep. */
export interface Step {
  kind: 'search' | 'find_words' | 'open_pages';
  what: string;
  found: number;
}

export type ChatEvent =
  | { type: 'message_start'; id: string; model: string; context_snippet_count?: number }
  | { type: 'content_chunk'; delta: { content: string }; step?: Step }
  | { type: 'citation'; citation: Citation }
  | { type: 'message_end'; finish_reason: string; usage: Usage };

export interface ChatBody {
  messages: { role: string; content: string }[];
  model?: string;
  temperature?: number;
  filter?: JsonObject;
  include_highlights?: boolean;
  context_options?: { top_k?: number };
  deep?: boolean;
  stream?: boolean;
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** What happened, in words, for a place where people read it. */
export function inWords(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  if (error instanceof DOMException && error.name === 'AbortError') return 'Stopped.';
  if (error instanceof TypeError) {
    return 'The server cannot be reached. Check that it is running, then try again.';
  }
  return error instanceof Error ? error.message : String(error);
}

function messageOf(status: number, body: string): string {
  try {
    const read = JSON.parse(body) as { message?: string; error?: { message?: string } };
    const message = read.error?.message ?? read.message;
    if (message) return message;
  } catch {
    // Not ours: a proxy in between answered.
  }
  if (status === 413) return 'The server, or a proxy before it, refuses a body of this size.';
  return `The server answered with status ${status} and no reason.`;
}

const segment = encodeURIComponent;
const OWN = '/lodgepole/';

export class Client {
  /** Without a key it is the browser's session; `left` is called when the server takes neither. */
  constructor(
    private readonly key: string | null,
    private readonly left: () => void = () => {},
  ) {}

  private headers(): Record<string, string> {
    return {
      // The second says that a request with a session is by this page.
      ...(this.key === null ? { 'Lodgepole-Console': '1' } : { 'Api-Key': this.key }),
      'X-Pinecone-Api-Version': VERSION,
    };
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<Response> {
    const headers = this.headers();
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const response = await fetch(path.startsWith(OWN) ? path : `/assistant${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ?? null,
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
    if (response.ok) return response;
    if (response.status === 401) this.left();
    throw new ApiError(response.status, messageOf(response.status, await response.text()));
  }

  async json<T>(...call: Parameters<Client['send']>): Promise<T> {
    return (await (await this.send(...call)).json()) as T;
  }

  // --- assistants

  /** With how many files each of them has. */
  listCounted(token?: string) {
    return this.json<{ assistants: CountedAssistant[]; pagination?: { next: string } }>(
      'GET', `/lodgepole/assistants?limit=100${token ? `&pagination_token=${segment(token)}` : ''}`,
    );
  }

  getAssistant(name: string) {
    return this.json<Assistant>('GET', `/assistants/${segment(name)}`);
  }

  createAssistant(body: { name: string; instructions?: string; metadata?: JsonObject }) {
    return this.json<Assistant>('POST', '/assistants', body);
  }

  updateAssistant(name: string, body: { instructions?: string; metadata?: JsonObject }) {
    return this.json<Assistant>('PATCH', `/assistants/${segment(name)}`, body);
  }

  /** With what the published API does not know of it. */
  wholeAssistant(name: string) {
    return this.json<Assistant & { default_model: string | null }>(
      'GET', `/lodgepole/assistants/${segment(name)}`,
    );
  }

  /** The model that answers where a request names none; an empty name for the server's. */
  setDefaultModel(name: string, model: string) {
    return this.json<Assistant & { default_model: string | null }>(
      'PATCH', `/lodgepole/assistants/${segment(name)}`, { default_model: model },
    );
  }

  async deleteAssistant(name: string): Promise<void> {
    await this.send('DELETE', `/assistants/${segment(name)}`);
  }

  // --- files

  listFiles(assistant: string, filter: JsonObject | null, token?: string) {
    const query = new URLSearchParams({ limit: '100' });
    if (filter) query.set('filter', JSON.stringify(filter));
    if (token) query.set('pagination_token', token);
    return this.json<{ files: File_[]; pagination?: { next: string } }>(
      'GET', `/files/${segment(assistant)}?${query}`,
    );
  }

  getFile(assistant: string, id: string) {
    return this.json<File_>(
      'GET', `/files/${segment(assistant)}/${segment(id)}?include_url=true`,
    );
  }

  /** Replaces a file's metadata as a whole; its content stays. */
  updateMetadata(assistant: string, id: string, metadata: JsonObject) {
    return this.json<Operation>(
      'PATCH', `/lodgepole/files/${segment(assistant)}/${segment(id)}`, { metadata },
    );
  }

  deleteFile(assistant: string, id: string) {
    return this.json<Operation>('DELETE', `/files/${segment(assistant)}/${segment(id)}`);
  }

  getOperation(assistant: string, id: string) {
    return this.json<Operation>('GET', `/operations/${segment(assistant)}/${segment(id)}`);
  }

  /** Upload, or with `id` replace. Only XMLHttpRequest tells how much has been sent. */
  upload(
    assistant: string,
    file: { name: string; content: Blob },
    options: { id?: string; metadata?: JsonObject | null; multimodal?: boolean },
    sent: (share: number) => void = () => {},
    signal?: AbortSignal,
  ): Promise<Operation> {
    const form = new FormData();
    if (options.metadata) form.set('metadata', JSON.stringify(options.metadata));
    form.set('file', file.content, file.name);
    const id = options.id === undefined ? '' : `/${segment(options.id)}`;
    const figures = options.multimodal ? '?multimodal=true' : '';
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(id ? 'PUT' : 'POST', `/assistant/files/${segment(assistant)}${id}${figures}`);
      for (const [name, value] of Object.entries(this.headers())) {
        request.setRequestHeader(name, value);
      }
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) sent(event.loaded / event.total);
      };
      request.onload = () => {
        if (request.status < 300) {
          resolve(JSON.parse(request.responseText) as Operation);
          return;
        }
        if (request.status === 401) this.left();
        reject(new ApiError(request.status, messageOf(request.status, request.responseText)));
      };
      request.onerror = () => reject(new TypeError('network'));
      request.onabort = () => reject(new DOMException('', 'AbortError'));
      signal?.addEventListener('abort', () => request.abort(), { once: true });
      request.send(form);
    });
  }

  /** The bytes of a file. Signed URLs need no key; only their path is ours to follow. */
  async content(assistant: string, file: { id: string; signed_url?: string | null }) {
    const url = file.signed_url ?? (await this.getFile(assistant, file.id)).signed_url;
    const response = await fetch(ownPath(url), { cache: 'no-store' });
    if (response.ok) return response;
    throw new ApiError(response.status, messageOf(response.status, await response.text()));
  }

  // --- questions

  chat(assistant: string, body: ChatBody, signal: AbortSignal): AsyncGenerator<ChatEvent> {
    return this.events(`/chat/${segment(assistant)}`, body, signal);
  }

  /** The events of an answer. */
  async *events(path: string, body: unknown, signal: AbortSignal): AsyncGenerator<ChatEvent> {
    const response = await this.send('POST', path, body, signal);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const frames = (rest + value).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        if (frame.startsWith('data:')) yield JSON.parse(frame.slice(5)) as ChatEvent;
      }
    }
  }

  answer(assistant: string, body: ChatBody, signal?: AbortSignal) {
    return this.json<{ message: { content: string }; model: string; usage: Usage }>(
      'POST', `/chat/${segment(assistant)}`, body, signal,
    );
  }

  context(
    assistant: string,
    body: {
      query?: string;
      messages?: ChatBody['messages'];
      filter?: JsonObject;
      top_k?: number;
      include_binary_content?: boolean;
    },
  ) {
    return this.json<Context>('POST', `/chat/${segment(assistant)}/context`, body);
  }

  // --- our own

  me() {
    return this.json<Key>('GET', '/lodgepole/me');
  }

  usage(days: number) {
    return this.json<UsageReport>('GET', `/lodgepole/usage?days=${days}`);
  }

  listKeys() {
    return this.json<{ keys: Key[] }>('GET', '/lodgepole/keys');
  }

  createKey(body: { name: string; role: Role }) {
    return this.json<Key & { api_key: string }>('POST', '/lodgepole/keys', body);
  }

  async revokeKey(id: string): Promise<void> {
    await this.send('DELETE', `/lodgepole/keys/${segment(id)}`);
  }

  // --- webhooks

  listWebhooks() {
    return this.json<{ webhooks: Webhook[] }>('GET', '/lodgepole/webhooks');
  }

  createWebhook(url: string) {
    return this.json<Webhook & { secret: string }>('POST', '/lodgepole/webhooks', { url });
  }

  enableWebhook(id: string, enabled: boolean) {
    return this.json<Webhook>('PATCH', `/lodgepole/webhooks/${segment(id)}`, { enabled });
  }

  rotateWebhook(id: string) {
    return this.json<Webhook & { secret: string }>(
      'POST', `/lodgepole/webhooks/${segment(id)}/secret`,
    );
  }

  async deleteWebhook(id: string): Promise<void> {
    await this.send('DELETE', `/lodgepole/webhooks/${segment(id)}`);
  }

  listDeliveries(id: string) {
    return this.json<{ deliveries: Delivery[] }>(
      'GET', `/lodgepole/webhooks/${segment(id)}/deliveries?limit=20`,
    );
  }

  testWebhook(id: string) {
    return this.json<Delivery>('POST', `/lodgepole/webhooks/${segment(id)}/test`);
  }

  redeliver(id: string, delivery: string) {
    return this.json<Delivery>(
      'POST', `/lodgepole/webhooks/${segment(id)}/deliveries/${segment(delivery)}/redeliver`,
    );
  }

  listSources(assistant: string) {
    return this.json<{ sources: Source[] }>(
      'GET', `/lodgepole/sources?limit=100&assistant=${segment(assistant)}`,
    );
  }

  createSource(body: SourceBody) {
    return this.json<Source>('POST', '/lodgepole/sources', body);
  }

  changeSource(id: string, to: 'run' | 'pause' | 'resume') {
    return this.json<Source>('POST', `/lodgepole/sources/${segment(id)}/${to}`);
  }

  async deleteSource(id: string, files: boolean): Promise<void> {
    await this.send('DELETE', `/lodgepole/sources/${segment(id)}${files ? '?files=true' : ''}`);
  }

  listSourceRuns(id: string) {
    return this.json<{ runs: SourceRun[] }>(
      'GET', `/lodgepole/sources/${segment(id)}/runs?limit=20`,
    );
  }

  /** The text that was read from a file: near a quote, or from a position on. */
  text(assistant: string, id: string, asked: { quote?: string; start?: number }) {
    const query = new URLSearchParams();
    if (asked.quote) query.set('quote', asked.quote);
    if (asked.start !== undefined) query.set('start', String(asked.start));
    return this.json<DocumentText>(
      'GET', `/lodgepole/files/${segment(assistant)}/${segment(id)}/text?${query}`,
    );
  }

  // --- evaluation

  judge(body: { question: string; answer: string; ground_truth_answer: string }) {
    return this.json<Alignment>('POST', '/evaluation/metrics/alignment', body);
  }
}

/** The path of a signed URL on this server; anything else is not followed. */
export function ownPath(url: string | null | undefined): string {
  const path = url ? new URL(url, location.origin).pathname : '';
  if (!path.startsWith('/signed/')) throw new ApiError(404, 'This file has no content to show yet.');
  return path;
}
