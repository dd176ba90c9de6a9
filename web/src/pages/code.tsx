import { useState } from 'preact/hooks';

import type { Assistant } from '../api';
import {
  code, type Language, LANGUAGES, mcpCommand, mcpSettings, titleOf,
} from '../examples';
import { type Call, recent } from '../recent';
import { Choice, Code } from '../ui';

export function CodePage({ assistant }: { assistant: Assistant }) {
  const done = recent(assistant.name);
  const example: Call = {
    kind: 'chat',
    assistant: assistant.name,
    body: {
      messages: [{ role: 'user', content: 'What is this about?' }],
      include_highlights: true,
    },
  };
  const calls = done.length ? done : [example];
  const [chosen, setChosen] = useState(0);
  const [language, setLanguage] = useState<Language>('curl');
  const call = calls[Math.min(chosen, calls.length - 1)]!;
  const { origin } = location;
  return (
    <div class="narrow">
      <h1>API</h1>
      <section class="card" aria-labelledby="done-title">
        <h2 id="done-title">What you just did, as code</h2>
        {done.length ? null : (
          <p class="note">
            Nothing yet since you signed in, so here is an example. What you do in the other tabs
            appears here.
          </p>
        )}
        <div class="line wrap">
          <label class="inline grow">
            <span class="sr">Call</span>
            <select
              class="grow"
              value={String(chosen)}
              onChange={(event) => setChosen(Number(event.currentTarget.value))}
            >
              {calls.map((one, index) => <option value={String(index)}>{titleOf(one)}</option>)}
            </select>
          </label>
          <Choice label="Language" options={LANGUAGES} value={language} choose={setLanguage} />
        </div>
        <Code
          text={code(call, language, origin)}
          label={LANGUAGES.find((one) => one.id === language)!.title}
        />
        <p class="note">
          Set <code>LODGEPOLE_API_KEY</code> to your key first.
          {language === 'python' ? ' Needs: pip install pinecone' : ''}
          {language === 'typescript' ? ' Needs: npm install @pinecone-database/pinecone' : ''}
        </p>
      </section>
      <section class="card" aria-labelledby="mcp-title">
        <h2 id="mcp-title">As a tool for other assistants (MCP)</h2>
        <p>
          Programs that speak the Model Context Protocol find this assistant's snippets with the tool
          {' '}<code>get_context</code>.
        </p>
        <h3>Claude Code</h3>
        <Code text={mcpCommand(assistant.name, origin)} label="Claude Code command" />
        <h3>Cursor and others, in <code>mcp.json</code></h3>
        <Code text={mcpSettings(assistant.name, origin)} label="MCP settings" />
      </section>
      <p class="note">
        Every call of this server is described at <a href="/docs">its reference</a>, and as
        {' '}<a href="/openapi.json">OpenAPI</a>.
      </p>
    </div>
  );
}
