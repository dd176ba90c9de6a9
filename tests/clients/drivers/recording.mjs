// What a driver reports: one line of JSON for each operation it tried.

import { randomUUID } from 'node:crypto';

export const URL_ = process.env.LODGEPOLE_URL;
export const KEY = process.env.LODGEPOLE_KEY;
export const DOCUMENTS = process.env.LODGEPOLE_DOCUMENTS;
export const ASK = [{ role: 'user', content: 'Which ships must take a pilot on board?' }];

// One operation of the client; what goes wrong inside is reported, and the rest goes on.
export async function step(operation, exercised, body) {
  let detail = '';
  try {
    await body();
  } catch (error) {
    detail = String(error?.stack ?? error);
    process.exitCode = 1;
  }
  console.log(JSON.stringify({ operation, ok: !detail, exercised, detail }));
}

export function same(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${a} is not ${b}`);
}

export function holds(condition, what) {
  if (!condition) throw new Error(`does not hold: ${JSON.stringify(what)}`);
}

export async function refused(call, words) {
  try {
    await call();
  } catch (error) {
    holds(String(error).includes(words), String(error));
    return;
  }
  throw new Error('nothing was raised');
}

export const fresh = (prefix) => `${prefix}-${randomUUID().slice(0, 8)}`;

// What is behind a signed URL, asked for without a key.
export async function download(url) {
  const response = await fetch(url);
  return Buffer.from(await response.arrayBuffer());
}
