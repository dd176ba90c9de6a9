// The stream of an answer whose model takes longer than clients like to wait, in TypeScript.

import { createRequire } from 'node:module';
import path from 'node:path';

import { KEY, URL_, holds, same, step } from './recording.mjs';

const require = createRequire(path.join(process.env.LODGEPOLE_ENVIRONMENT, 'package.json'));
const { Pinecone } = require('@pinecone-database/pinecone');
const pc = new Pinecone({ apiKey: KEY, controllerHostUrl: `${URL_}/assistant` });
const assistant = pc.assistant({ name: process.env.LODGEPOLE_ASSISTANT });
const ASK = [{ role: 'user', content: 'What does mooring cost?' }];

await step('slow stream', 'assistant.chatStream({messages})', async () => {
  const chunks = [];
  for await (const chunk of await assistant.chatStream({ messages: ASK })) chunks.push(chunk);
  const content = chunks.filter((one) => one.type === 'content_chunk');
  holds(content.map((one) => one.delta.content).join('').includes('14 euros'), chunks);
  same(chunks.at(-1).type, 'message_end');
});
