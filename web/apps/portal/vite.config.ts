// How the Connect Portal is bundled: one script and one style sheet under /ui/assets/, Preact's own JSX.
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/ui/',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  // Nothing is inlined as data: URLs, which the content security policy would refuse.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
