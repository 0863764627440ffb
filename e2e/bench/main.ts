/** All benchmarks, one after the other, each in a browser of its own. Owns: the order and the server of the bench page. */
import { join } from 'node:path';
import { preview } from 'vite';
import { startBenchBrowser, type BenchBrowser } from './bench-browser.ts';
import { measureBundles } from './bundle-bytes.ts';
import { measureFanout, measureFanoutCpu } from './fanout.ts';
import { measureIngest } from './ingest.ts';
import { measureMedia } from './media.ts';
import { measureDiskOpen, measureWarmOpen } from './opening.ts';
import { measureRecovery } from './recovery.ts';
import { tableOf } from './report.ts';
import type { Result } from './result.ts';
import { serveFiles } from './serve-files.ts';

const inBrowser: Readonly<Record<string, (browser: BenchBrowser) => Promise<Result | readonly Result[] | null>>> = {
  'fanout-1': (browser) => measureFanout(browser, 1),
  'fanout-10': (browser) => measureFanout(browser, 10),
  'fanout-30': (browser) => measureFanout(browser, 30),
  'fanout-30-cpu': (browser) => measureFanoutCpu(browser, 30),
  'warm-open': measureWarmOpen,
  'disk-open-100k': (browser) => measureDiskOpen(browser),
  ingest: measureIngest,
  'recovery-25': measureRecovery,
  media: measureMedia,
};

/** Runs the benchmarks whose names begin with one of `only` (none: all) and prints them: a table, or JSON. Progress goes to stderr. */
export async function runBenchmarks({ json, only }: { readonly json: boolean; readonly only: readonly string[] }): Promise<void> {
  const isWanted = (name: string): boolean => only.length === 0 || only.some((start) => name.startsWith(start));
  const site = await preview({
    configFile: join(process.cwd(), 'e2e/bench/vite.config.ts'),
    logLevel: 'silent',
    plugins: [serveFiles],
    preview: { host: '127.0.0.1', port: 0, strictPort: false, open: false },
  });
  const origin = site.resolvedUrls?.local[0]?.replace(/\/$/, '') ?? '';
  const results: Result[] = [];
  try {
    for (const [name, measure] of Object.entries(inBrowser)) {
      if (!isWanted(name)) continue;
      process.stderr.write(`${name} ...\n`);
      const browser = await startBenchBrowser(origin);
      try {
        const result = await measure(browser);
        if (result) results.push(...[result].flat());
        else process.stderr.write(`${name}: not measurable on this system\n`);
      } finally {
        await browser.close();
      }
    }
    if (isWanted('tab-bytes') || isWanted('worker-bytes')) results.push(...(await measureBundles()));
  } finally {
    await site.close();
  }
  process.stdout.write(json ? `${JSON.stringify(results)}\n` : `${tableOf(results)}\n`);
}
