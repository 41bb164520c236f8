// How the dashboard is bundled: hashed files under /assets/, English texts of the component library only, one React.
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { licenses } from '../../licenses';

export default defineConfig({
  plugins: [
    react(),
    { ...optimizeLocales.vite({ locales: ['en-US'] }), enforce: 'pre' },
    licenses('assets/dashboard/licenses.txt'),
  ],
  resolve: { dedupe: ['react', 'react-dom'] },
  // Nothing is inlined as data: URLs, which the content security policy would refuse.
  build: {
    assetsDir: 'assets/dashboard',
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 7301,
    proxy: Object.fromEntries(
      ['/api', '/openapi.json', '/oauth', '/ui', '/connect', '/v2', '/projects'].map((path) => [
        path,
        process.env.TENON_SERVER ?? 'http://127.0.0.1:7300',
      ]),
    ),
  },
});
