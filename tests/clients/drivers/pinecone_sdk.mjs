// `@pinecone-database/pinecone` 8 and 9. The package is the one beside this script's environment.

import { createReadStream, promises as fs, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import {
  ASK, DOCUMENTS, KEY, URL_, download, fresh, holds, refused, same, step,
} from './recording.mjs';

const require = createRequire(path.join(process.env.LODGEPOLE_ENVIRONMENT, 'package.json'));
const { Pinecone } = require('@pinecone-database/pinecone');

const pc = new Pinecone({ apiKey: KEY, controllerHostUrl: `${URL_}/assistant` });
const named = typeof pc.assistants?.create === 'function'; // since 9
const control = {
  create: (options) => (named ? pc.assistants.create(options) : pc.createAssistant(options)),
  describe: (name) => (named ? pc.assistants.describe(name) : pc.describeAssistant(name)),
  list: () => (named ? pc.assistants.list() : pc.listAssistants()),
  update: (options) => (named ? pc.assistants.update(options) : pc.updateAssistant(options)),
  delete: (name) => (named ? pc.assistants.delete(name) : pc.deleteAssistant(name)),
};
const said = (method, alone) => (named ? `pc.assistants.${method}` : `pc.${alone}`);
const name = fresh('TypeScript');
const assistant = pc.assistant({ name });

await step('create assistant', `${said('create', 'createAssistant')}({name, instructions, …})`,
  async () => {
    const options = { name, instructions: 'Be brief.', metadata: { team: 'port' }, region: 'us' };
    const made = await control.create(options);
    same([made.name, made.host], [name, URL_]);
    holds(['Initializing', 'Ready'].includes(made.status), made);
    holds(made.createdAt instanceof Date, made);
  });

await step('describe assistant', `${said('describe', 'describeAssistant')}(name)`, async () => {
  const found = await control.describe(name);
  same([found.status, found.instructions, found.metadata], ['Ready', 'Be brief.', { team: 'port' }]);
});

await step('list assistants', `${said('list', 'listAssistants')}()`, async () => {
  const names = (await control.list()).assistants.map((one) => one.name);
  holds(names.includes(name), names);
});

await step('update assistant', `${said('update', 'updateAssistant')}({name, instructions, …})`,
  async () => {
    const changed = await control.update({ name, instructions: 'New.', metadata: { a: '1' } });
    same([changed.instructions, changed.metadata], ['New.', { a: '1' }]);
  });

async function completed(operation) {
  let found = operation;
  while (found.status === 'Processing') found = await assistant.describeOperation(found.id);
  return found;
}

const uploads = [];
await step('upload file from path', 'assistant.uploadFile({path, metadata})', async () => {
  for (const [number, file] of (await fs.readdir(DOCUMENTS)).sort().entries()) {
    const metadata = { number, file };
    const operation = await assistant.uploadFile({ path: path.join(DOCUMENTS, file), metadata });
    holds(operation.fileId && operation.operationType === 'upload_file', operation);
    uploads.push(operation);
  }
  for (const operation of uploads) same((await completed(operation)).status, 'Completed');
});

await step('upload file from stream',
  'assistant.uploadFile({file: stream | Buffer | Blob, fileName, metadata})', async () => {
    const text = 'The bridge opens at noon.';
    const stream = createReadStream(path.join(DOCUMENTS, 'rules.pdf'));
    for (const [file, fileName] of [
      [stream, 'stream.pdf'], [Buffer.from(text), 'buffer.txt'], [new Blob([text]), 'blob.txt'],
    ]) {
      const sent = await assistant.uploadFile({ file, fileName, metadata: { file: fileName } });
      const operation = await completed(sent);
      same(operation.status, 'Completed');
      const found = await assistant.describeFile(operation.fileId, false);
      same([found.name, found.status, found.metadata],
        [fileName, 'Available', { file: fileName }]);
      await completed(await assistant.deleteFile(operation.fileId));
    }
  });

await step('report unreadable file', 'operation.status is Failed, with its reason', async () => {
  const sent = await assistant.uploadFile({ file: Buffer.from('no'), fileName: 'broken.pdf' });
  const operation = await completed(sent);
  same(operation.status, 'Failed');
  holds(operation.errorMessage, operation);
  await completed(await assistant.deleteFile(operation.fileId));
});

await step('list files', 'assistant.listFiles({})', async () => {
  const { files } = await assistant.listFiles({});
  same(files.map((file) => file.name).sort(), (await fs.readdir(DOCUMENTS)).sort());
  same([...new Set(files.map((file) => file.status))], ['Available']);
});

await step('list files by metadata', 'assistant.listFiles({filter})', async () => {
  const filter = { $and: [{ file: { $in: ['notes.md', 'rules.pdf'] } }, { number: { $gte: 4 } }] };
  const { files } = await assistant.listFiles({ filter });
  same(files.map((file) => file.name), ['rules.pdf']);
});

await step('describe file', 'assistant.describeFile(id, false)', async () => {
  const found = await assistant.describeFile(uploads[0].fileId, false);
  same([found.id, found.status, found.signedUrl ?? null], [uploads[0].fileId, 'Available', null]);
  holds(found.createdOn instanceof Date, found);
});

await step('describe file with link', 'assistant.describeFile(id, true)', async () => {
  const found = await assistant.describeFile(uploads[0].fileId, true);
  const content = await download(found.signedUrl);
  same(content.equals(readFileSync(path.join(DOCUMENTS, found.name))), true);
});

await step('upload multimodal PDF', 'assistant.uploadFile({path, multimodal: true}), context(…)',
  async () => {
    const metadata = { kind: 'seen' };
    const operation = await completed(await assistant.uploadFile({
      path: path.join(DOCUMENTS, 'rules.pdf'), metadata, multimodal: true,
    }));
    same((await assistant.describeFile(operation.fileId, false)).multimodal, true);
    const found = await assistant.context({
      query: 'What does mooring cost?', filter: metadata, multimodal: true,
      includeBinaryContent: false,
    });
    same(found.snippets[0].reference.file.multimodal, true);
    await completed(await assistant.deleteFile(operation.fileId));
  });

await step('upsert file', 'assistant.upsertFile({assistantFileId, file, fileName})', async () => {
  for (const text of ['The ballast weighs six tonnes.', 'The ballast weighs nine tonnes.']) {
    const sent = await assistant.upsertFile({
      assistantFileId: 'ballast-1', file: Buffer.from(text), fileName: 'ballast.txt',
    });
    same([sent.operationType, sent.fileId], ['upsert_file', 'ballast-1']);
    same((await completed(sent)).status, 'Completed');
    const found = await assistant.context({ query: 'How much does the ballast weigh?', topK: 1 });
    same(found.snippets[0].content.trim(), text);
  }
});

await step('delete file', 'assistant.deleteFile(id)', async () => {
  const operation = await completed(await assistant.deleteFile('ballast-1'));
  same([operation.operationType, operation.status], ['delete_file', 'Completed']);
  await refused(() => assistant.describeFile('ballast-1', false), 'HTTP status 404');
});

await step('list operations', 'assistant.listOperations({limit, paginationToken})', async () => {
  const first = await assistant.listOperations({ limit: 2 });
  same(first.operations.map((one) => one.operationType), ['delete_file', 'upsert_file']);
  const rest = await assistant.listOperations({
    limit: 100, paginationToken: first.pagination.next,
  });
  same([rest.operations.length > 3, rest.pagination ?? null], [true, null]);
});

await step('list operations by type and status', 'assistant.listOperations({operationType, status})',
  async () => {
    const found = await assistant.listOperations({
      operationType: 'upload_file', status: 'Failed',
    });
    same(found.operations.map((one) => Boolean(one.errorMessage)), [true]);
  });

await step('describe operation', 'assistant.describeOperation(id)', async () => {
  const found = await assistant.describeOperation(uploads[0].id);
  same([found.status, found.fileId, found.percentComplete],
    ['Completed', uploads[0].fileId, 100]);
});

async function citesRules(citations, highlighted) {
  const [reference] = citations[0].references;
  same([reference.file.name, reference.pages], ['rules.pdf', [1]]);
  holds(citations[0].position > 0, citations);
  same(Boolean(reference.highlight?.content.includes('pilot')), highlighted);
  const link = reference.file.signedUrl;
  const content = await download(link);
  same(content.equals(readFileSync(path.join(DOCUMENTS, 'rules.pdf'))), true);
}

let answer;
await step('chat', 'assistant.chat({messages})', async () => {
  answer = await assistant.chat({ messages: ASK });
  holds(answer.message.content.includes('90 metres'), answer);
  same(answer.finishReason, 'stop');
  holds(answer.usage.totalTokens > 0 && answer.contextSnippetCount > 0, answer);
  await citesRules(answer.citations, false);
});

await step('chat with highlights', 'assistant.chat({messages: [string], includeHighlights})',
  async () => {
    const quoted = await assistant.chat({ messages: [ASK[0].content], includeHighlights: true });
    await citesRules(quoted.citations, true);
  });

await step('chat with options', 'assistant.chat({model, temperature, filter, contextOptions})',
  async () => {
    const filtered = await assistant.chat({
      messages: [{ role: 'user', content: 'How many steps does the lighthouse have?' }],
      model: 'claude-sonnet-4-5',
      temperature: 0.5,
      filter: { file: 'lighthouse.docx' },
      contextOptions: { topK: 4, snippetSize: 512 },
    });
    holds(filtered.message.content.includes('169'), filtered);
    const files = filtered.citations.flatMap((one) => one.references.map((ref) => ref.file.name));
    same([...new Set(files)], ['lighthouse.docx']);
    holds(filtered.model.includes('claude-sonnet-4-5'), filtered);
  });

await step('chat with a JSON answer', 'assistant.chat({messages, jsonResponse: true})', async () => {
  const told = await assistant.chat({ messages: ASK, jsonResponse: true });
  same(typeof JSON.parse(told.message.content), 'object');
});

await step('chat, streamed', 'assistant.chatStream({messages, includeHighlights})', async () => {
  const chunks = [];
  const stream = await assistant.chatStream({ messages: ASK, includeHighlights: true });
  for await (const chunk of stream) chunks.push(chunk);
  same([chunks[0].type, chunks.at(-1).type], ['message_start', 'message_end']);
  const content = chunks.filter((one) => one.type === 'content_chunk');
  same(content.map((one) => one.delta.content).join(''), answer.message.content);
  const cited = chunks.filter((one) => one.type === 'citation').map((one) => one.citation);
  await citesRules(cited, true);
  same(chunks.at(-1).finishReason, 'stop');
  holds(chunks.at(-1).usage.totalTokens > 0, chunks.at(-1));
});

let told;
await step('completions', 'assistant.chatCompletion({messages, model})', async () => {
  const whole = await assistant.chatCompletion({ messages: ASK, model: 'gpt-4o' });
  told = whole.choices[0].message.content;
  holds(told.includes('90 metres') && told.includes('[1, pp. 1]'), told);
});

await step('completions, streamed', 'assistant.chatCompletionStream({messages})', async () => {
  const chunks = [];
  for await (const chunk of await assistant.chatCompletionStream({ messages: ASK })) {
    chunks.push(chunk);
  }
  same(chunks.map((one) => one.choices[0].delta.content ?? '').join(''), told);
  same(chunks.at(-1).choices[0].finishReason, 'stop');
});

await step('context', 'assistant.context({query, topK, snippetSize, filter})', async () => {
  for (const [query, file, type] of [
    ['What does mooring cost?', 'rules.pdf', 'pdf'],
    ['When was the lighthouse built?', 'lighthouse.docx', 'doc_x'],
    ['When does the ferry leave Grenaa?', 'notes.md', 'markdown'],
    ['How much is herring?', 'plain.txt', 'text'],
    ['Which berth has the boat Odin?', 'boats.json', 'json'],
  ]) {
    const found = await assistant.context({ query, topK: 3, snippetSize: 512 });
    const { reference } = found.snippets[0];
    same([reference.file.name, reference.type], [file, type]);
    same(found.usage.completionTokens, 0);
  }
  const filter = { file: { $ne: 'rules.pdf' } };
  const found = await assistant.context({ query: 'What does mooring cost?', filter });
  holds(found.snippets.every((one) => one.reference.file.name !== 'rules.pdf'), found);
});

await step('context of a conversation', 'assistant.context({messages, multimodal})', async () => {
  const found = await assistant.context({ messages: ASK, multimodal: false });
  same([found.snippets[0].type, found.snippets[0].reference.file.name], ['text', 'rules.pdf']);
});

await step('evaluate', 'new Pinecone({fetchApi}).evaluate({question, answer, groundTruth})',
  async () => {
    // The client has the evaluation's host built in; only its own fetch can lead it elsewhere.
    const fetchApi = (input, init) => {
      const { pathname, search } = new URL(typeof input === 'string' ? input : input.url);
      return fetch(`${URL_}${pathname}${search}`, init);
    };
    const judge = new Pinecone({ apiKey: KEY, fetchApi });
    const judged = await judge.evaluate({
      question: 'What is the capital of Spain?', answer: 'Barcelona.', groundTruth: 'Madrid.',
    });
    same(judged.metrics.alignment, 0);
    same(judged.reasoning.evaluatedFacts.map((one) => one.entailment), ['contradicted']);
  });

await step('refuse a wrong key', "new Pinecone({apiKey: 'wrong'}) raises", async () => {
  const stranger = new Pinecone({ apiKey: 'wrong', controllerHostUrl: `${URL_}/assistant` });
  await refused(() => stranger.describeAssistant(name), 'API key');
});

await step('report what is missing', `${said('describe', 'describeAssistant')}(name) raises`,
  () => refused(() => control.describe('nobody'), 'nobody'));

await step('report what is wrong', 'assistant.chat({model}) raises', () => refused(
  () => assistant.chat({ messages: ASK, model: 'gpt-1' }), 'Invalid model `gpt-1`',
));

await step('serve a bare origin', "controllerHostUrl without '/assistant'", async () => {
  const bare = new Pinecone({ apiKey: KEY, controllerHostUrl: URL_ });
  same((await bare.describeAssistant(name)).name, name);
  const found = await bare.assistant({ name, host: URL_ }).context({ query: 'Herring?', topK: 1 });
  same(found.snippets.length, 1);
});

await step('delete assistant', `${said('delete', 'deleteAssistant')}(name)`, async () => {
  await control.delete(name);
  const until = Date.now() + 60_000;
  for (;;) {
    const left = (await control.list()).assistants.filter((one) => one.name === name);
    if (left.length === 0 || Date.now() > until) {
      same(left.length, 0);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});
