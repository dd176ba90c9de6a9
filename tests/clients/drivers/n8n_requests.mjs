// The requests of the n8n community node for Pinecone Assistant: its paths, headers and bodies. The
// node itself runs in a server of its own; where its assistant comes from an expression, these are
// all that it sends.

import { promises as fs } from 'node:fs';
import path from 'node:path';

import { DOCUMENTS, KEY, URL_, fresh, holds, same, step } from './recording.mjs';

const name = fresh('n8n');
const AGENT = 'source_tag=n8n:n8n_nodes_pinecone_assistant';

async function asked(method, endpoint, body, { json = true, version = '2025-04' } = {}) {
  const headers = { 'Api-key': KEY, 'X-Pinecone-API-Version': version, 'User-Agent': AGENT };
  if (json) Object.assign(headers, { Accept: 'application/json' });
  if (json && body) headers['Content-Type'] = 'application/json';
  const response = await fetch(`${URL_}/assistant/${endpoint}`, {
    method, headers, body: json && body ? JSON.stringify(body) : body,
  });
  const text = await response.text();
  holds(response.ok, `${method} ${endpoint}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

const filter = (values) => encodeURIComponent(JSON.stringify(values));
let file;

await step('create', 'GET assistants, by 2025-10', async () => {
  await asked('POST', 'assistants', { name });
  const { assistants } = await asked('GET', 'assistants', null, { version: '2025-10' });
  const made = assistants.find((one) => one.name === name);
  same([made.host, made.name], [URL_, name]);
});

await step('upload', 'POST files/NAME?metadata=…, a form', async () => {
  const form = new FormData();
  const bytes = await fs.readFile(path.join(DOCUMENTS, 'rules.pdf'));
  form.append('file', new Blob([bytes], { type: 'application/pdf' }), 'rules.pdf');
  const query = filter({ external_file_id: 'rules-1', kind: 'rules' });
  const sent = await asked('POST', `files/${name}?metadata=${query}`, form, { json: false });
  file = sent.id;
  let found = sent;
  while (found.status === 'Processing') found = await asked('GET', `files/${name}/${file}`);
  same(found.status, 'Available');
});

await step('list files', 'GET files/NAME?filter=…', async () => {
  const { files } = await asked('GET', `files/${name}?filter=${filter({ external_file_id: 'rules-1' })}`);
  same(files.map((one) => one.id), [file]);
  same((await asked('GET', `files/${name}?filter=${filter({ kind: 'none' })}`)).files, []);
});

await step('context', 'POST chat/NAME/context {query, filter, top_k, snippet_size}', async () => {
  const { snippets } = await asked('POST', `chat/${name}/context`, {
    query: 'Which ships must take a pilot?', filter: { kind: 'rules' }, top_k: 2, snippet_size: 512,
  });
  holds(snippets.length > 0 && snippets[0].content.includes('pilot'), snippets);
});

await step('delete', 'DELETE files/NAME/ID, with an empty object', async () => {
  await asked('DELETE', `files/${name}/${file}`, {});
  await asked('DELETE', `assistants/${name}`);
});
