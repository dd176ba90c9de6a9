// JavaScript libraries that speak the OpenAI API: the AI SDK and LangChain.js.

import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { KEY, URL_, holds, same, step } from './recording.mjs';

const require = createRequire(path.join(process.env.LODGEPOLE_ENVIRONMENT, 'package.json'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const BASE = `${URL_}/v1`;
const MODEL = `${process.env.LODGEPOLE_ASSISTANT}/gpt-4o`;
const QUESTION = 'What does mooring cost?';
const { z } = await load('zod');
const Price = z.object({ euros: z.number(), per: z.string() });

async function aiSdk() {
  const { generateText, streamText, Output, tool, stepCountIs } = await load('ai');
  const { createOpenAICompatible } = await load('@ai-sdk/openai-compatible');
  const lodgepole = createOpenAICompatible({
    name: 'lodgepole', baseURL: BASE, apiKey: KEY, supportsStructuredOutputs: true,
  });
  const model = lodgepole(MODEL);
  await step('answer', 'generateText({model: lodgepole(name), prompt})', async () => {
    const { text } = await generateText({ model, prompt: QUESTION });
    holds(text.includes('14 euros'), text);
  });
  await step('stream', 'streamText({model, prompt})', async () => {
    let text = '';
    for await (const part of streamText({ model, prompt: QUESTION }).textStream) text += part;
    holds(text.includes('14 euros'), text);
  });
  await step('structured output', 'generateText({output: Output.object({schema})})', async () => {
    const output = Output.object({ schema: Price });
    same((await generateText({ model, output, prompt: QUESTION })).output.euros, 14);
  });
  await step('call tools', 'generateText({tools, stopWhen})', async () => {
    const weather = tool({
      description: 'The weather at a place.',
      inputSchema: z.object({ place: z.string() }),
      execute: async ({ place }) => `Rain at ${place}`,
    });
    const told = await generateText({
      model, tools: { weather }, stopWhen: stepCountIs(3), prompt: QUESTION,
    });
    holds(told.text.includes('14 euros') && told.steps.length === 2, told.text);
  });
}

async function langchain() {
  const { ChatOpenAI } = await load('@langchain/openai');
  const model = new ChatOpenAI({ model: MODEL, apiKey: KEY, configuration: { baseURL: BASE } });
  await step('answer', 'new ChatOpenAI({model, configuration}).invoke(question)', async () => {
    const { content } = await model.invoke(QUESTION);
    holds(content.includes('14 euros'), content);
  });
  await step('stream', 'ChatOpenAI.stream(question)', async () => {
    let text = '';
    for await (const part of await model.stream(QUESTION)) text += part.content;
    holds(text.includes('14 euros'), text);
  });
  await step('structured output', 'ChatOpenAI.withStructuredOutput(schema)', async () => {
    same((await model.withStructuredOutput(Price).invoke(QUESTION)).euros, 14);
  });
}

await ({ 'ai-sdk': aiSdk, langchain }[process.argv[2]])();
