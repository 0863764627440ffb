/**
 * `tab-bytes` and `worker-bytes`: what a browser downloads, minified and gzipped, with all dependencies; `floor` is the design's bound.
 *
 * A tab's bytes are what `import { connect } from 'tabcached'` needs before it can connect: parts that are loaded when they are first
 * used (`import()`) are not among them. The worker is one script, taken as it is delivered.
 */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { resultOf, type Result } from './result.ts';

const ENTRY = 'bench:entry';

/** Bytes of the first chunk of a program and of all that it imports statically. */
async function firstLoadBytes(source: string): Promise<number> {
  const bundle = await rolldown({
    input: ENTRY,
    platform: 'browser',
    plugins: [{ name: 'bench-entry', resolveId: (id) => (id === ENTRY ? id : null), load: (id) => (id === ENTRY ? source : null) }],
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
  const needed = new Set(output.flatMap((file) => (file.type === 'chunk' && file.isEntry ? [file.fileName] : [])));
  // A set's walk also reaches what is added during it.
  for (const name of needed) for (const imported of chunks.get(name)?.imports ?? []) needed.add(imported);
  return [...needed].reduce((sum, name) => sum + gzipSync(chunks.get(name)?.code ?? '', { level: 9 }).length, 0);
}

/** Measures both bundles. Runs in the project's root, after the package was built. */
export async function measureBundles(): Promise<readonly Result[]> {
  const cwd = JSON.stringify(`${process.cwd()}/dist/`);
  const tab = await firstLoadBytes(`import { connect } from ${cwd.slice(0, -1)}index.js"; globalThis.connect = connect;`);
  const worker = gzipSync(readFileSync('dist/worker.js'), { level: 9 }).length;
  return [resultOf('tab-bytes', 'bytes', tab, 8_192, 1), resultOf('worker-bytes', 'bytes', worker, 40_960, 1)];
}
