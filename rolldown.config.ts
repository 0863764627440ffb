/** Builds the package (`dist/*.js`) and the reference server (`dist/e2e/backend.js`). The desk has its own Vite configuration. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { defineConfig, type RolldownOptions, type RolldownPlugin } from 'rolldown';
import { minify } from 'terser';

/** Every source file below a folder, in a stable order. */
function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.') && !file.startsWith('testing'))
    .sort()
    .map((file) => join(folder, file));
}

/** A build is named after what it is made of: the same sources make the same id on every machine. */
const hash = createHash('sha256');
for (const file of [...sourcesOf('protocol'), ...sourcesOf('worker'), ...sourcesOf('client')]) hash.update(readFileSync(file));
const buildId = process.env['TABCACHED_BUILD_ID'] ?? hash.digest('hex').slice(0, 12);

/** Builds are ordered by a number: 1.2.3 is 1,002,003. */
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const ofVersion = version.split('-')[0]?.split('.').reduce((number, part) => number * 1_000 + Number(part), 0);
const buildNumber = Number(process.env['TABCACHED_BUILD_NUMBER'] ?? ofVersion);

/**
 * Ways in which broadcast-channel reaches old browsers and Node. The daemon asks for the native one by name, so the others would only make
 * the worker larger.
 */
const unusedChannels = {
  name: 'unused-channels',
  load: (id: string) =>
    /broadcast-channel.*methods\/(indexed-db|localstorage|simulate)\.js$/.test(id)
      ? { code: 'export const IndexedDBMethod = null, LocalstorageMethod = null, SimulateMethod = null;' }
      : null,
};

/** Reading stores with `for await`, which nothing here does: idb puts it into its one module. */
const unusedIterators: RolldownPlugin = {
  name: 'unused-iterators',
  transform: (code, id) => {
    if (!id.endsWith('/idb/build/index.js')) return null;
    const from = code.indexOf("const advanceMethodProps = ['advance'");
    const to = code.indexOf('export {');
    if (from < 0 || to < from) throw new Error('idb is not what it was: look for its iterators');
    return { code: code.slice(0, from) + code.slice(to) };
  },
};

/** Comlink's way to send callbacks as proxies, which the protocol does without: with it a caller's whole half would be in the worker. */
const unsentProxies: RolldownPlugin = {
  name: 'unsent-proxies',
  transform: (code, id) => {
    if (!/comlink.*comlink\.mjs$/.test(id)) return null;
    const without = code.replace(/\["proxy", proxyTransferHandler\],/, '');
    if (without === code) throw new Error('comlink is not what it was: look for its transfer handlers');
    return { code: without };
  },
};

/**
 * valibot words a message for each issue, with the value in it, in any language. The daemon never reads them (`worker/complaint.ts` says why),
 * so they would only make the worker larger. Unknown text is a failure: another valibot has to be looked at.
 */
const unreadMessages: RolldownPlugin = {
  name: 'unread-messages',
  transform: (code, id) => {
    if (!/valibot.*index\.mjs$/.test(id)) return null;
    const start = code.indexOf('function _addIssue(');
    const end = code.indexOf('//#endregion', start);
    // Lines stay where they are, for the source map.
    const blank = (text: string): string => text.replaceAll(/[^\n]/g, '');
    const issues = code
      .slice(start, end)
      .replace(/const received = .*;/, '')
      .replace(/\treceived,\n\t\tmessage: .*\n\t\trequirement: .*,/, blank)
      .replace(/\tlang: .*\n\t\tabortEarly: .*\n\t\tabortPipeEarly: .*/, blank)
      .replace(/const message\$1 = .*\n.*/, blank);
    if (/received|message|lang|abort/.test(issues)) throw new Error(`issues are made in another way in ${id}`);
    // What only messages, other libraries or asynchronous schemas read.
    const unread = [/, \{ received: (?:`[^`\n]*`|[^{}\n]*) \}/g, /\t\tasync: false,/g, /\t\tmessage: message\$1,/g, /\t\treference: \w+(?:\$\d)?,/g, /(?<=function _standardSchema\(schema\) \{\n)\tschema\["~standard"\][^]*?\n\t\};/g];
    const bare = unread.reduce((rest, unused) => {
      const without = rest.replaceAll(unused, blank);
      if (without === rest) throw new Error(`valibot is not what it was: ${String(unused)} is not in ${id}`);
      return without;
    }, code.slice(end));
    // Schemas name texts, numbers and booleans only, which JSON words alike.
    const head = code.slice(0, start).replace(/(?<=function _stringify\(input\) \{\n)[^]*?(?=\n\})/, (body) => `return JSON.stringify(input);${blank(body)}`);
    if (head.length >= start) throw new Error(`values are worded in another way in ${id}`);
    return { code: head + issues + bare, map: null };
  },
};

/**
 * Parts of the daemon that load when used: each dynamic import below `worker` becomes a script of its own beside `dist/worker.js`, named
 * after its file. They are whole in themselves, because importing the worker's own script from one of them would start a second daemon
 * where the two addresses differ (a query string is enough).
 */
/** Sources, by path from the top. */
const workerParts = [
  'worker/backend/http-media.ts',
  'worker/inspect/inspect-part.ts',
  'worker/media/media-part.ts',
  'worker/open-broadcast.ts',
  'worker/open-lobby.ts',
  'worker/outbox/outbox-part.ts',
  'worker/real-wipe.ts',
  'worker/sign-out.ts',
  'worker/storage-failure.ts',
  'worker/store/memory-store.ts',
  'worker/store/rebuild-newer.ts',
  'worker/store/upgrade-database.ts',
  'worker/tabs/tabs-part.ts',
  'worker/take-over.ts',
];
const partFile = (source: string): string => `worker-${basename(source, '.ts')}`;
const separateParts: RolldownPlugin = {
  name: 'separate-parts',
  resolveId: (source, importer, { kind }) => {
    if (kind !== 'dynamic-import' || importer === undefined) return null;
    const target = relative('.', resolve(dirname(importer), source));
    if (!workerParts.includes(target)) throw new Error(`${target} is loaded by the worker but is not in workerParts`);
    return { id: `./${partFile(target)}.js`, external: true };
  },
};

/**
 * A second minifier over the first: it finds 2 % more in the worker, whose size is promised. Nothing in it makes an instance of a plain
 * function, or has a getter that does something: what is unsafe about these options elsewhere.
 */
const minifyAgain: RolldownPlugin = {
  name: 'minify-again',
  generateBundle: async (_, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk' || !chunk.map) continue;
      const content = JSON.stringify(chunk.map);
      const { code, map } = await minify({ [chunk.fileName]: chunk.code }, { module: true, ecma: 2020, compress: { passes: 3, unsafe_arrows: true, pure_getters: true }, mangle: { toplevel: true }, sourceMap: { content, asObject: true, includeSources: true } });
      if (code === undefined) throw new Error('terser gave nothing');
      chunk.code = `${code}\n//# sourceMappingURL=${chunk.fileName}.map`;
      const asset = bundle[`${chunk.fileName}.map`];
      if (asset?.type === 'asset') asset.source = JSON.stringify(map);
    }
  },
};

/** Where to; tests build a second package beside the first. */
const out = process.env['TABCACHED_OUT'] ?? 'dist';

/** Makes a build of another schema version, for tests of an upgrade and of going back. */
const otherSchema: RolldownPlugin = {
  name: 'other-schema',
  transform: (code, id) => {
    const version = process.env['TABCACHED_SCHEMA_VERSION'];
    if (version === undefined || !id.endsWith('protocol/limits.ts')) return null;
    const changed = code.replace(/(export const SCHEMA_VERSION = )\d+/, `$1${version}`);
    if (changed === code) throw new Error(`SCHEMA_VERSION is not in ${id}, or is ${version} already`);
    return { code: changed };
  },
};

const packages = /^(@noble\/hashes|comlink|idb|broadcast-channel|nanoid|valibot|react)(\/|$)/;
const shared = {
  transform: { define: { __BUILD_ID__: JSON.stringify(buildId), __BUILD_NUMBER__: String(buildNumber) } },
} satisfies RolldownOptions;

export default defineConfig([
  {
    ...shared,
    input: { index: 'client/index.ts', react: 'client/react.ts', protocol: 'protocol/index.ts', serve: 'worker/serve.ts' },
    external: packages,
    plugins: [otherSchema],
    output: {
      dir: out,
      format: 'esm',
      sourcemap: true,
      chunkFileNames: 'chunks/[name].js',
      // A module of its own for each of these files: what only the parts that load when used need of them then stays out of a tab's first
      // bundle.
      codeSplitting: { groups: [{ test: /(protocol\/[a-z-]+|client\/observe-updates)\.ts$/, name: (id) => basename(id, '.ts') }], includeDependenciesRecursively: false },
    },
  },
  {
    // Self-contained, so that it also works where a bundler does not follow `new URL('./worker.js', import.meta.url)`.
    ...shared,
    input: { worker: 'worker/entry.ts' },
    plugins: [unusedChannels, unreadMessages, unusedIterators, unsentProxies, separateParts, otherSchema, minifyAgain],
    platform: 'browser',
    output: { dir: out, format: 'esm', sourcemap: true, minify: true, codeSplitting: false },
  },
  ...workerParts.map(
    (part): RolldownOptions => ({
      ...shared,
      input: { [partFile(part)]: part },
      plugins: [unusedChannels, unreadMessages, unusedIterators, unsentProxies, otherSchema, minifyAgain],
      platform: 'browser',
      output: { dir: out, format: 'esm', sourcemap: true, minify: true, codeSplitting: false },
    }),
  ),
  {
    input: { backend: 'e2e/backend/main.ts' },
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
    output: { dir: 'dist/e2e', format: 'esm', sourcemap: true },
  },
]);
