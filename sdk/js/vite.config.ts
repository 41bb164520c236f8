// Bundles the script tag's form of the SDK into one file, tenon.js, which the server answers at /sdk/.
import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'es2022',
    lib: {
      entry: 'src/script.ts',
      formats: ['iife'],
      name: 'tenonScript',
      fileName: () => 'tenon.js',
    },
  },
});
