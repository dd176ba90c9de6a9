// The `openai` package of Node over files, vector stores and responses, its poll helpers too.

import { createReadStream, promises as fs } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { DOCUMENTS, KEY, URL_, fresh, holds, same, step } from './recording.mjs';

const require = createRequire(path.join(process.env.LODGEPOLE_ENVIRONMENT, 'package.json'));
const OpenAI = require('openai').default;
const { toFile } = require('openai');

const client = new OpenAI({ apiKey: KEY, baseURL: `${URL_}/v1`, maxRetries: 0 });
const QUESTION = 'Which ships must take a pilot on board?';
const rules = path.join(DOCUMENTS, 'rules.pdf');
let file, store, whole;

await step('upload file for stores', 'client.files.create({file: stream, purpose})', async () => {
  file = await client.files.create({ file: createReadStream(rules), purpose: 'assistants' });
  same([file.object, file.filename], ['file', 'rules.pdf']);
});

await step('find uploaded files', 'client.files.list(), retrieve(id), content(id)', async () => {
  const ids = [];
  for await (const one of client.files.list({ limit: 2 })) ids.push(one.id);
  holds(ids.includes(file.id), ids);
  same((await client.files.retrieve(file.id)).id, file.id);
  const content = Buffer.from(await (await client.files.content(file.id)).arrayBuffer());
  holds(content.equals(await fs.readFile(rules)), content.length);
});

await step('create vector store', 'client.vectorStores.create({name, metadata})', async () => {
  store = await client.vectorStores.create({ name: fresh('Node rules'), metadata: { a: 'b' } });
  same(store.metadata, { a: 'b' });
});

await step('give a store a file', 'client.vectorStores.files.createAndPoll(id, {…})', async () => {
  const body = { file_id: file.id, attributes: { year: 2024 } };
  const one = await client.vectorStores.files.createAndPoll(store.id, body);
  same([one.id, one.status, one.attributes], [file.id, 'completed', { year: 2024 }]);
});

await step('upload to a store', 'client.vectorStores.files.uploadAndPoll(id, file)', async () => {
  const mole = await toFile(Buffer.from('The mole is 300 metres long.'), 'mole.txt');
  same((await client.vectorStores.files.uploadAndPoll(store.id, mole)).status, 'completed');
});

await step('upload a batch', 'client.vectorStores.fileBatches.uploadAndPoll(…)', async () => {
  const files = await Promise.all(['a', 'b'].map((n) => toFile(Buffer.from(`Pier ${n}.`), `${n}.txt`)));
  const batch = await client.vectorStores.fileBatches.uploadAndPoll(store.id, { files });
  same([batch.status, batch.file_counts.completed], ['completed', 2]);
});

await step('search vector store', 'client.vectorStores.search(id, {query, filters})', async () => {
  const filters = { type: 'eq', key: 'year', value: 2024 };
  const found = await client.vectorStores.search(store.id, { query: QUESTION, filters });
  same([...new Set(found.data.map((one) => one.filename))], ['rules.pdf']);
});

const tools = () => [{ type: 'file_search', vector_store_ids: [store.id] }];

await step('respond', 'client.responses.create({tools: [file_search], include})', async () => {
  whole = await client.responses.create({
    model: 'gpt-4o', input: QUESTION, tools: tools(), include: ['file_search_call.results'],
  });
  holds(whole.output_text.includes('90 metres'), whole.output_text);
  holds(whole.output[0].results.length > 0, whole.output[0]);
  same(whole.output[1].content[0].annotations[0].filename, 'rules.pdf');
});

await step('respond with events', 'client.responses.stream({…}), create({stream})', async () => {
  const stream = client.responses.stream({ model: 'gpt-4o', input: QUESTION, tools: tools() });
  let text = '';
  stream.on('response.output_text.delta', (event) => { text += event.delta; });
  const final = await stream.finalResponse();
  same([text, final.output_text], [whole.output_text, whole.output_text]);
});

await step('go on from a response', 'client.responses.create({previous_response_id})', async () => {
  const more = await client.responses.create({
    model: 'gpt-4o', input: 'And who pays?', tools: tools(), previous_response_id: whole.id,
  });
  same(more.previous_response_id, whole.id);
});

await step('delete files and stores', 'client.files.delete(id), vectorStores.delete(id)', async () => {
  same((await client.files.delete(file.id)).deleted, true);
  same((await client.vectorStores.delete(store.id)).deleted, true);
  try {
    await client.vectorStores.retrieve(store.id);
  } catch (error) {
    same(error.status, 404);
    return;
  }
  throw new Error('nothing was raised');
});
