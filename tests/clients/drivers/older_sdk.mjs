// `@pinecone-database/pinecone` 5 to 7, and the published one-click app, which uses the 6th: with
// `--by-environment` the client is made as that app makes it, from variables alone.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { ASK, DOCUMENTS, KEY, URL_, download, fresh, holds, same, step } from './recording.mjs';

const require = createRequire(path.join(process.env.LODGEPOLE_ENVIRONMENT, 'package.json'));
const { Pinecone } = require('@pinecone-database/pinecone');

const { version } = JSON.parse(readFileSync(path.join(
  process.env.LODGEPOLE_ENVIRONMENT, 'node_modules/@pinecone-database/pinecone/package.json',
)));
const filters = Number.parseInt(version, 10) > 5;
const plain = process.argv.includes('--by-environment');
if (plain) process.env.PINECONE_API_KEY = KEY;
const pc = plain
  ? new Pinecone()
  : new Pinecone({ apiKey: KEY, controllerHostUrl: `${URL_}/assistant` });
const name = fresh('older');
let assistant;
let file;

async function read(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

await step('create', 'pc.createAssistant({name, …})', async () => {
  const made = await pc.createAssistant({ name, instructions: 'Be brief.', metadata: { a: 'b' } });
  same(made.name, name);
  const names = (await pc.listAssistants()).assistants.map((one) => one.name);
  holds(names.includes(name), names);
  assistant = (pc.assistant ?? pc.Assistant).call(pc, name);
});

await step('upload', 'assistant.uploadFile({path, metadata})', async () => {
  const sent = await assistant.uploadFile({
    path: path.join(DOCUMENTS, 'rules.pdf'), metadata: { kind: 'rules' },
  });
  file = sent.id ?? sent.fileId;
  let found = await assistant.describeFile(file, true);
  while (found.status === 'Processing') {
    await new Promise((done) => { setTimeout(done, 200); });
    found = await assistant.describeFile(file, true);
  }
  same([found.name, found.status], ['rules.pdf', 'Available']);
});

await step('list files', 'assistant.listFiles({filter})', async () => {
  const { files } = await assistant.listFiles({ filter: { kind: 'rules' } });
  same(files.map((one) => one.id), [file]);
  const none = (await assistant.listFiles({ filter: { kind: 'none' } })).files;
  // The 5th writes a filter in a form that no version of the API knows.
  if (filters) same(none, []);
});

await step('describe file', 'assistant.describeFile(id, true), and its link', async () => {
  const found = await assistant.describeFile(file, true);
  if (found.signedUrl) holds((await download(found.signedUrl)).length > 500, found);
  same(found.metadata, { kind: 'rules' });
});

await step('chat', 'assistant.chat({messages})', async () => {
  const { message, citations } = await assistant.chat({ messages: ASK });
  holds(message.content.includes('pilot'), message);
  same(citations[0].references[0].file.name, 'rules.pdf');
});

await step('chat, streamed', 'assistant.chatStream({messages, model})', async () => {
  const model = plain ? 'gpt-4.1' : 'gpt-4o';
  const chunks = await read(await assistant.chatStream({ messages: ASK, model }));
  same([chunks[0].type, chunks.at(-1).type], ['message_start', 'message_end']);
  const text = chunks.filter((one) => one.type === 'content_chunk').map((one) => one.delta.content);
  holds(text.join('').includes('pilot'), chunks);
});

await step('completions', 'assistant.chatCompletion({messages})', async () => {
  const answer = await assistant.chatCompletion({ messages: ASK });
  holds(answer.choices[0].message.content.includes('pilot'), answer);
});

if (typeof assistant.context === 'function') {
  await step('context', 'assistant.context({query})', async () => {
    const { snippets } = await assistant.context({ query: 'Which ships must take a pilot?' });
    holds(snippets[0].content.includes('pilot'), snippets);
  });
}

await step('delete', 'assistant.deleteFile(id), pc.deleteAssistant(name)', async () => {
  await assistant.deleteFile(file);
  await pc.deleteAssistant(name);
});
