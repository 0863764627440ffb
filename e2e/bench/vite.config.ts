/** Builds the pages of the benchmarks, on top of the built package. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: folder('pages'),
  build: { outDir: folder('../../dist/bench'), emptyOutDir: true, target: 'chrome123', rolldownOptions: { input: folder('pages/tab.html') } },
  worker: { format: 'es' },
});
