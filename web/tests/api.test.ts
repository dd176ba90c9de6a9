import { afterEach, describe, expect, test, vi } from 'vitest';

import { ApiError, type ChatEvent, Client, inWords, ownPath } from '../src/api';

afterEach(() => {
  vi.unstubAllGlobals();
});

function answering(status: number, body: BodyInit) {
  const fetch = vi.fn(async (_path: string, _options: RequestInit) => new Response(body, { status }));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

function pieces(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
}

describe('a stream', () => {
  test.each([1, 7, 10_000])('is read as its events, in pieces of %d bytes', async (size) => {
    const events = [
      { type: 'message_start', id: '1', model: 'm' },
      { type: 'content_chunk', delta: { content: 'Smørrebrød 😀\n\n' } },
    ];
    const frames = events.map((event) => `data:${JSON.stringify(event)}\n\n`);
    answering(200, pieces(`${frames[0]}: a heartbeat\n\n${frames[1]}`, size));
    const got: ChatEvent[] = [];
    const client = new Client('key');
    for await (const event of client.chat('docs', { messages: [] }, new AbortController().signal)) {
      got.push(event);
    }
    expect(got).toEqual(events);
  });
});

describe('a request', () => {
  test('carries key and version, and escapes names', async () => {
    const fetch = answering(200, '{}');
    await new Client('key').getAssistant('a/b ?');
    const [path, options] = fetch.mock.calls[0]!;
    expect(path).toBe('/assistant/assistants/a%2Fb%20%3F');
    expect(options.headers).toMatchObject({ 'Api-Key': 'key' });
  });

  test('on a source is below our own prefix', async () => {
    const fetch = answering(200, '{}');
    const client = new Client('key');
    await client.listSources('a b');
    await client.changeSource('s/1', 'pause');
    await client.deleteSource('s', true);
    expect(fetch.mock.calls.map(([path, options]) => [options.method, path])).toEqual([
      ['GET', '/lodgepole/sources?limit=100&assistant=a%20b'],
      ['POST', '/lodgepole/sources/s%2F1/pause'],
      ['DELETE', '/lodgepole/sources/s?files=true'],
    ]);
  });

  test('whose key is refused signs out and says what the server said', async () => {
    answering(401, '{"error": {"message": "No such key."}}');
    const left = vi.fn();
    const failure = await new Client('key', left).me().catch((error: unknown) => error);
    expect(left).toHaveBeenCalledOnce();
    expect(failure).toMatchObject({ status: 401, message: 'No such key.' });
  });

  test.each([
    [413, '<html>', 'body of this size'],
    [502, '<html>', 'status 502'],
    [400, '{"message": "Wrong."}', 'Wrong.'],
  ])('that a proxy refuses with %d is told in words', async (status, body, words) => {
    answering(status, body);
    await expect(new Client('key').me()).rejects.toThrow(words);
  });
});

test('failures are told in words', () => {
  expect(inWords(new ApiError(404, 'Gone.'))).toBe('Gone.');
  expect(inWords(new DOMException('', 'AbortError'))).toBe('Stopped.');
  expect(inWords(new TypeError('failed to fetch'))).toContain('cannot be reached');
  expect(inWords(new Error('Other.'))).toBe('Other.');
});

test('only the path of a signed link on this server is followed', () => {
  vi.stubGlobal('location', { origin: 'http://here' });
  expect(ownPath('https://elsewhere.example/signed/abc?x=1')).toBe('/signed/abc');
  for (const url of [null, undefined, 'http://here/assistant/files', 'javascript:alert(1)']) {
    expect(() => ownPath(url)).toThrow(ApiError);
  }
});
