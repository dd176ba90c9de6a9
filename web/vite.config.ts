import { defineConfig } from 'vite';

import { fingerprint } from './sources.mjs';

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
      name: 'sources',
      generateBundle() {
        const source = `${fingerprint(import.meta.dirname)}\n`;
        this.emitFile({ type: 'asset', fileName: 'sources.sha256', source });
      },
    },
  ],
});
