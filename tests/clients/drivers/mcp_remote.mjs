// `mcp-remote`: an assistant over HTTP, for programs that only start a process and speak to it.

import { spawn } from 'node:child_process';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';

import { DOCUMENTS, KEY, URL_, fresh, holds, same, step } from './recording.mjs';

const ENVIRONMENT = process.env.LODGEPOLE_ENVIRONMENT;
const ANSWER_MS = 60_000;
const name = fresh('mcp-remote');
const headers = { 'Api-Key': KEY, 'X-Pinecone-Api-Version': '2026-07' };

async function api(method, route, body) {
  const response = await fetch(`${URL_}/assistant/${route}`, { method, headers, body });
  holds(response.ok, `${method} ${route}: ${response.status}`);
  return response.json();
}

async function prepared() {
  await api('POST', 'assistants', JSON.stringify({ name }));
  const form = new FormData();
  const bytes = await fs.readFile(path.join(DOCUMENTS, 'rules.pdf'));
  form.append('file', new Blob([bytes]), 'rules.pdf');
  let operation = await api('POST', `files/${name}`, form);
  while (operation.status === 'Processing') {
    operation = await api('GET', `operations/${name}/${operation.id}`);
  }
  same(operation.status, 'Completed');
}

await prepared();
const { bin } = JSON.parse(
  await fs.readFile(path.join(ENVIRONMENT, 'node_modules/mcp-remote/package.json'), 'utf8'),
);
const program = path.join(ENVIRONMENT, 'node_modules/mcp-remote', bin['mcp-remote'] ?? bin);
const bridge = spawn(process.execPath, [
  program, `${URL_}/mcp/assistants/${name}`, '--allow-http', '--transport', 'http-only',
  '--header', `Authorization: Bearer ${KEY}`,
], { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, HOME: ENVIRONMENT } });
const waiting = new Map();
readline.createInterface({ input: bridge.stdout }).on('line', (line) => {
  const message = JSON.parse(line);
  waiting.get(message.id)?.(message);
});

let last = 0;
function request(method, params) {
  last += 1;
  const id = last;
  bridge.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`${method} was not answered`)), ANSWER_MS);
    waiting.set(id, (message) => {
      clearTimeout(timer);
      if (message.error) failed(new Error(JSON.stringify(message.error)));
      else done(message.result);
    });
  });
}

await step('list tools', 'initialize, tools/list', async () => {
  await request('initialize', {
    protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'check', version: '1' },
  });
  bridge.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  const { tools } = await request('tools/list', {});
  same(tools.map((tool) => tool.name),
    ['get_context', 'list_files', 'find_in_file', 'read_pages']);
});

await step('call tools', "tools/call 'get_context'", async () => {
  const { content } = await request('tools/call', {
    name: 'get_context', arguments: { query: 'Which ships must take a pilot?' },
  });
  holds(content[0].text.includes('pilot'), content);
});
bridge.kill();
