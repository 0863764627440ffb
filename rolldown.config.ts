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

/** Empty lines in place of code, so that the rest stays where it is, for the source map. */
const blank = (text: string): string => text.replaceAll(/[^\n]/g, '');

/** Code without what each pattern finds, or with another text for it. A pattern that finds nothing is a failure: another version has to be looked at. */
const edited = (name: string, code: string, edits: readonly (readonly [RegExp, string?])[]): string =>
  edits.reduce((rest, [pattern, instead = '']) => {
    const next = rest.replace(pattern, (text: string, ...groups: unknown[]) => instead.replace('$1', String(groups[0])) + blank(text));
    if (next === rest) throw new Error(`${name} is not what it was: ${String(pattern)} is not in it`);
    return next;
  }, code);

/** Of idb nothing is used but its waiting for a request: no proxies of databases, stores and cursors, no iterators, no waiting for a transaction. */
const plainRequests: RolldownPlugin = {
  name: 'plain-requests',
  transform: (code, id) =>
    id.endsWith('/idb/build/index.js')
      ? {
          code: edited('idb', code, [
            [/const advanceMethodProps = \['advance'[^]*(?=export \{)/],
            [/(?<=return promisifyRequest\(value\);\n)[^]*?(?=\n\}\nconst unwrap)/, 'return value;'],
            [/(?<=const unwrap = \(value\) => )reverseTransformCache\.get\(value\)/, 'value'],
            [/reverseTransformCache\.set\(promise, request\);/],
          ]),
          map: null,
        }
      : null,
};

/**
 * Comlink's way to send callbacks as proxies, which the protocol does without: with it a caller's whole half would be in the worker. Nor do
 * tabs set, construct, or ask for another port.
 */
const unsentProxies: RolldownPlugin = {
  name: 'unsent-proxies',
  transform: (code, id) =>
    /comlink.*comlink\.mjs$/.test(id)
      ? {
          code: edited('comlink', code, [
            [/\["proxy", proxyTransferHandler\],/],
            [/(?<=const proxyFinalizers = )"FinalizationRegistry" in globalThis &&\n[^]*?\n {4}\}\);/, 'null;'],
            // A port has no origin.
            [/if \(!isAllowedOrigin\([^]*?\n {8}\}/],
            [/case "SET" [^]*?break;\n\s*(?=case "APPLY")/],
            [/case "CONSTRUCT" [^]*?break;\n\s*(?=case "RELEASE")/],
          ]),
          map: null,
        }
      : null,
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
    const issues = code
      .slice(start, end)
      .replace(/const received = .*;/, '')
      .replace(/\treceived,\n\t\tmessage: .*\n\t\trequirement: .*,/, blank)
      .replace(/\tlang: .*\n\t\tabortEarly: .*\n\t\tabortPipeEarly: .*/, blank)
      .replace(/const message\$1 = .*\n.*/, blank)
      .replace(/\t\tkind: context\.kind,/, '')
      .replace(/,\n\t\tissues: other\?\.issues/, '\n')
      .replace('(context, label, dataset, config$1, other)', '(context, dataset, other)');
    if (/received|message|lang|abort|config|label|kind: |issues: /.test(issues)) throw new Error(`issues are made in another way in ${id}`);
    // What only messages, other libraries or asynchronous schemas read.
    const bare = edited('valibot', code.slice(end), [
      [/, \{ received: (?:`[^`\n]*`|[^{}\n]*) \}/g],
      [/\t\tasync: false,/g],
      [/\t\tmessage: message\$1,/g],
      [/\t\treference: \w+(?:\$\d)?,/g],
      [/(?<=function _standardSchema\(schema\) \{\n)\tschema\["~standard"\][^]*?\n\t\};/g],
      // Of the way to a value only its keys are read.
      [/\t+type: "(?:array|object)",\n\t+origin: "(?:key|value)",\n\t+input,(?=\n\t+key\b)/g],
      [/(?<=\n\t{5,}key(?:: \w+)?),\n\t+value: [^\n]*/g],
      // Nothing here is parsed with a configuration; `abortEarly` in a bundle is a failure, see `minifyAgain`.
      [/if \(config\$1\.abortEarly\) \{\n[^{}]*\n\t+\}/g],
      [/if \(config\$1\.abortEarly\) break;/g],
      [/if \(!dataset\.issues \|\| !config\$1\.abortEarly && !config\$1\.abortPipeEarly\) /g],
      [/, \/\* @__PURE__ \*\/ getGlobalConfig\(config\$1\)/g],
      [/(?<=_addIssue\(this), (?:"[^"]*"|info\?\.label \?\? "input"), dataset, config\$\d/g, ', dataset'],
      [/, (?:config\$\d|ABORT_EARLY_CONFIG)(?=[,)])/g],
      [/, \{ issues: \/\* @__PURE__ \*\/ _subIssues\(\w+\) \}/g],
      // Limits are numbers.
      [/requirement instanceof Date \? requirement\.toJSON\(\) : /g],
      // Nor are these two kinds of schema used; likewise.
      [/(\w+)\.type === "exact_optional" \|\| \w+\.type === "optional" \|\| \w+\.type === "nullish"/g, '$1.type === "optional"'],
      [/(\w+)\.type !== "exact_optional" && \w+\.type !== "optional" && \w+\.type !== "nullish"/g, '$1.type !== "optional"'],
    ]);
    if (/_addIssue\(this, (?!dataset)/.test(bare)) throw new Error(`a name is left to an issue in ${id}`);
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
      if (/abortEarly|"(?:nullish|exact_optional)"/.test(chunk.code)) throw new Error(`${chunk.fileName} has a schema that needs what was left out of valibot`);
      const content = JSON.stringify(chunk.map);
      const { code, map } = await minify({ [chunk.fileName]: chunk.code }, { module: true, ecma: 2020, compress: { passes: 3, unsafe_arrows: true, pure_getters: true, keep_fargs: false, lhs_constants: false }, mangle: { toplevel: true }, sourceMap: { content, asObject: true, includeSources: true } });
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
    plugins: [unusedChannels, unreadMessages, plainRequests, unsentProxies, separateParts, otherSchema, minifyAgain],
    platform: 'browser',
    output: { dir: out, format: 'esm', sourcemap: true, minify: true, codeSplitting: false },
  },
  ...workerParts.map(
    (part): RolldownOptions => ({
      ...shared,
      input: { [partFile(part)]: part },
      plugins: [unusedChannels, unreadMessages, plainRequests, unsentProxies, otherSchema, minifyAgain],
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
