/**
 * `npm run observe -- --as <username>`: opens the desk headless and prints the broadcast updates as they come, one JSON line each.
 *
 * Owns: bundling, because Node 20 reads no TypeScript. What is done is in `print-updates.ts`.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const file = join(root, 'dist/observe/print-updates.js');
const bundle = await rolldown({ input: join(root, 'e2e/observe/print-updates.ts'), platform: 'node', external: (id) => !id.startsWith('.') && !id.startsWith('/') });
await bundle.write({ file, format: 'esm', sourcemap: true });
await bundle.close();

const { printUpdates } = await import(pathToFileURL(file).href);
process.exitCode = await printUpdates(process.argv.slice(2));
