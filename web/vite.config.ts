import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { defineConfig } from 'vite';

import { fingerprint } from './sources.mjs';

// The fourteen fonts that every PDF may use without bringing them along.
const FONTS = path.join(import.meta.dirname, 'node_modules/pdfjs-dist/standard_fonts');

export default defineConfig({
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../src/lodgepole/console',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // data: addresses are not in the content security policy
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
  plugins: [
    {
      name: 'fonts',
      generateBundle() {
        for (const name of readdirSync(FONTS)) {
          const source = readFileSync(path.join(FONTS, name));
          this.emitFile({ type: 'asset', fileName: `fonts/${name}`, source });
        }
      },
    },
    {
      name: 'sources',
      generateBundle() {
        const source = `${fingerprint(import.meta.dirname)}\n`;
        this.emitFile({ type: 'asset', fileName: 'sources.sha256', source });
      },
    },
  ],
});
