// The fingerprint of everything that the bundle is built from. The bundle carries it, and a test
// compares the two without Node: SHA-256 over path, NUL, content, NUL of each file, by path.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const FILES = [
  'index.html', 'package-lock.json', 'package.json', 'sources.mjs', 'tsconfig.json',
  'vite.config.ts',
];

export function fingerprint(folder) {
  const below = readdirSync(path.join(folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  const hash = createHash('sha256');
  for (const name of [...FILES, ...below.map((p) => p.split(path.sep).join('/'))].sort()) {
    hash.update(name).update('\0').update(readFileSync(path.join(folder, name))).update('\0');
  }
  return hash.digest('hex');
}
