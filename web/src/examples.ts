// Calls as code that a person can paste. The key is never in it: it is read from the environment.

import { VERSION } from './api';
import type { Call } from './recent';

export type Language = 'curl' | 'python' | 'typescript';
export const LANGUAGES: readonly { id: Language; title: string }[] = [
  { id: 'curl', title: 'curl' },
  { id: 'python', title: 'Python' },
  { id: 'typescript', title: 'TypeScript' },
];

export function titleOf(call: Call): string {
  switch (call.kind) {
    case 'create': return `Create assistant “${String(call.body.name)}”`;
    case 'update': return 'Change the assistant';
    case 'upload': return `Upload “${call.file}”`;
    case 'replace': return `Replace “${call.file}”`;
    case 'list': return call.filter ? 'List files by metadata' : 'List files';
    case 'remove': return `Delete “${call.file}”`;
    case 'chat': return `Ask “${shortened(lastQuestion(call.body))}”`;
    case 'context': return `Find snippets for “${shortened(lastQuestion(call.body))}”`;
    case 'judge': return `Judge an answer to “${shortened(String(call.body.question))}”`;
  }
}

function lastQuestion(body: Record<string, unknown>): string {
  const messages = body.messages as { content: string }[] | undefined;
  return messages?.at(-1)?.content ?? String(body.query ?? '');
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

export function code(call: Call, language: Language, origin: string): string {
  if (language === 'curl') return curl(call, origin);
  return language === 'python' ? python(call, origin) : typescript(call, origin);
}

// --- curl -------------------------------------------------------------------------------------

const shell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

function curl(call: Call, origin: string): string {
  const path = (rest: string) => shell(`${origin}/assistant/${rest}`);
  const json = (method: string, rest: string, body: unknown) => [
    ...start(method, path(rest)),
    "  -H 'Content-Type: application/json' \\",
    `  -d ${shell(JSON.stringify(body, null, 2))}`,
  ].join('\n');
  const form = (method: string, rest: string, file: string, metadata: unknown) => [
    ...start(method, path(rest)),
    ...(metadata ? [`  -F ${shell(`metadata=${JSON.stringify(metadata)}`)} \\`] : []),
    `  -F ${shell(`file=@${file}`)}`,
  ].join('\n');
  const name = 'assistant' in call ? encodeURIComponent(call.assistant) : '';
  switch (call.kind) {
    case 'create': return json('POST', 'assistants', call.body);
    case 'update': return json('PATCH', `assistants/${name}`, call.body);
    case 'upload': {
      const figures = call.multimodal ? '?multimodal=true' : '';
      return form('POST', `files/${name}${figures}`, call.file, call.metadata);
    }
    case 'replace': return form('PUT', `files/${name}/${call.id}`, call.file, call.metadata);
    case 'list': {
      const query = call.filter ? [`  --data-urlencode ${shell(`filter=${JSON.stringify(call.filter)}`)}`] : [];
      const lines = [`curl --get ${path(`files/${name}`)} \\`, ...headers(), ...query];
      return lines.join('\n').replace(/ \\$/, '');
    }
    case 'remove':
      return start('DELETE', path(`files/${name}/${call.id}`)).join('\n').replace(/ \\$/, '');
    case 'chat': return json('POST', `chat/${name}`, call.body);
    case 'context': return json('POST', `chat/${name}/context`, call.body);
    case 'judge': return json('POST', 'evaluation/metrics/alignment', call.body);
  }
}

function start(method: string, address: string): string[] {
  return [`curl -X ${method} ${address} \\`, ...headers()];
}

function headers(): string[] {
  return ['  -H "Api-Key: $LODGEPOLE_API_KEY" \\', `  -H 'X-Pinecone-Api-Version: ${VERSION}' \\`];
}

// --- Python -----------------------------------------------------------------------------------

function literal(value: unknown, indent: number): string {
  const pad = ' '.repeat(indent + 4);
  const end = ' '.repeat(indent);
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) {
    const items = value.map((one) => literal(one, indent + 4));
    const line = `[${items.join(', ')}]`;
    return line.length < 70 ? line : `[\n${items.map((one) => `${pad}${one},\n`).join('')}${end}]`;
  }
  if (typeof value === 'object') {
    const items = Object.entries(value).map(
      ([key, one]) => `${JSON.stringify(key)}: ${literal(one, indent + 4)}`);
    const line = `{${items.join(', ')}}`;
    return line.length < 70 ? line : `{\n${items.map((one) => `${pad}${one},\n`).join('')}${end}}`;
  }
  return JSON.stringify(value);
}

function python(call: Call, origin: string): string {
  const head = [
    'import os',
    '',
    'from pinecone import Pinecone',
    '',
    `pc = Pinecone(api_key=os.environ["LODGEPOLE_API_KEY"], host=${JSON.stringify(origin)})`,
  ];
  const run = (method: string, values: Record<string, unknown>, result = '') => [
    `${result ? `${result} = ` : ''}pc.assistants.${method}(`,
    ...Object.entries(values)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([key, value]) => `    ${key}=${literal(value, 4)},`),
    ')',
  ];
  const named = 'assistant' in call ? { assistant_name: call.assistant } : {};
  return [...head, ...body()].join('\n');

  function body(): string[] {
    switch (call.kind) {
      case 'create': return run('create', call.body);
      case 'update': return run('update', { name: call.assistant, ...call.body });
      case 'upload':
      case 'replace': return run('upload_file', {
        ...named,
        file_path: call.file,
        metadata: call.metadata,
        ...(call.kind === 'replace' ? { file_id: call.id } : {}),
        ...(call.kind === 'upload' && call.multimodal ? { multimodal: true } : {}),
      }, 'file');
      case 'list': return [
        ...run('list_files', { ...named, filter: call.filter }, 'files'),
        'for file in files:',
        '    print(file.name, file.status, file.metadata)',
      ];
      case 'remove': return run('delete_file', { ...named, file_id: call.id });
      case 'chat': {
        const { stream: _, ...asked } = call.body;
        return [
          ...run('chat', { ...named, ...asked }, 'answer'),
          'print(answer.message.content)',
          'for citation in answer.citations:',
          '    for reference in citation.references:',
          '        print(citation.position, reference.file.name, reference.pages)',
        ];
      }
      case 'context': return [
        ...run('context', { ...named, ...call.body }, 'context'),
        'for snippet in context.snippets:',
        '    print(snippet.score, snippet.reference.file.name, snippet.content)',
      ];
      case 'judge': return [
        ...run('evaluate_alignment', call.body, 'result'),
        'print(result.metrics)',
      ];
    }
  }
}

// --- TypeScript -------------------------------------------------------------------------------

const camel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** Names of options as the TypeScript client has them; what people wrote stays as it is. */
function options(values: Record<string, unknown>): string {
  const made = Object.entries(values).map(([key, value]) => {
    const inner = key === 'context_options'
      ? Object.fromEntries(
        Object.entries(value as object).map(([name, one]) => [camel(name), one]))
      : value;
    return [camel(key), inner];
  });
  return JSON.stringify(Object.fromEntries(made), null, 2).replace(/^(\s+)"(\w+)":/gm, '$1$2:');
}

function typescript(call: Call, origin: string): string {
  const head = [
    "import { Pinecone } from '@pinecone-database/pinecone';",
    '',
    'const pc = new Pinecone({',
    '  apiKey: process.env.LODGEPOLE_API_KEY!,',
    `  controllerHostUrl: ${JSON.stringify(`${origin}/assistant`)},`,
    '});',
  ];
  const assistant = 'assistant' in call
    ? [`const assistant = pc.assistant({ name: ${JSON.stringify(call.assistant)} });`]
    : [];
  const some = (values: Record<string, unknown>) => options(
    Object.fromEntries(Object.entries(values).filter(([, value]) => value)));
  switch (call.kind) {
    case 'create': return [...head, `await pc.assistants.create(${options(call.body)});`].join('\n');
    case 'update': {
      const values = options({ name: call.assistant, ...call.body });
      return [...head, `await pc.assistants.update(${values});`].join('\n');
    }
    case 'upload': {
      const values = some({
        path: call.file, metadata: call.metadata, multimodal: call.multimodal,
      });
      return [...head, ...assistant, `await assistant.uploadFile(${values});`].join('\n');
    }
    case 'replace': return [
      "import { createReadStream } from 'node:fs';",
      ...head,
      ...assistant,
      'await assistant.upsertFile({',
      `  assistantFileId: ${JSON.stringify(call.id)},`,
      `  file: createReadStream(${JSON.stringify(call.file)}),`,
      `  fileName: ${JSON.stringify(call.file)},`,
      ...(call.metadata ? [`  metadata: ${JSON.stringify(call.metadata)},`] : []),
      '});',
    ].join('\n');
    case 'list': return [
      ...head, ...assistant,
      `const { files } = await assistant.listFiles(${some({ filter: call.filter })});`,
    ].join('\n');
    case 'remove': return [
      ...head, ...assistant, `await assistant.deleteFile(${JSON.stringify(call.id)});`,
    ].join('\n');
    case 'chat': {
      const { stream: _, ...asked } = call.body;
      return [
        ...head, ...assistant,
        `const answer = await assistant.chat(${options(asked)});`,
        'console.log(answer.message.content, answer.citations);',
      ].join('\n');
    }
    case 'context': return [
      ...head, ...assistant,
      `const context = await assistant.context(${options(call.body)});`,
      'console.log(context.snippets);',
    ].join('\n');
    case 'judge': return [
      '// The client has the address of this call built in; fetch works everywhere.',
      `const response = await fetch(${JSON.stringify(`${origin}/assistant/evaluation/metrics/alignment`)}, {`,
      "  method: 'POST',",
      "  headers: { 'Api-Key': process.env.LODGEPOLE_API_KEY!, 'Content-Type': 'application/json' },",
      `  body: JSON.stringify(${JSON.stringify(call.body, null, 2).replaceAll('\n', '\n  ')}),`,
      '});',
      'console.log(await response.json());',
    ].join('\n');
  }
}

// --- MCP --------------------------------------------------------------------------------------

export function mcpSettings(assistant: string, origin: string): string {
  const server = {
    type: 'http',
    url: `${origin}/mcp/assistants/${encodeURIComponent(assistant)}`,
    headers: { Authorization: 'Bearer YOUR_KEY' },
  };
  return JSON.stringify({ mcpServers: { [assistant]: server } }, null, 2);
}

export function mcpCommand(assistant: string, origin: string): string {
  const address = `${origin}/mcp/assistants/${encodeURIComponent(assistant)}`;
  return [
    `claude mcp add --transport http ${assistant} ${address} \\`,
    '  --header "Authorization: Bearer $LODGEPOLE_API_KEY"',
  ].join('\n');
}
