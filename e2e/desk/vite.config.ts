/** Builds the support desk. Runs after the package's own build, whose files it imports by the package's name. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../../dist/desk',
    emptyOutDir: true,
    target: ['chrome123', 'firefox128', 'safari17.5'],
    sourcemap: true,
    // The page's policy allows files of its own origin and nothing inline: no data URLs, no inlined polyfill.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // A slow machine is no defect of the build.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  worker: { format: 'es' },
  server: {
    fs: { allow: ['../..'] },
    // `npm start` serves the API; `vite e2e/desk` beside it serves the sources.
    proxy: { '/api': { target: 'http://127.0.0.1:4173', ws: true } },
  },
});
