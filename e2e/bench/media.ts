/**
 * `media-fetch`, `media-store`: files a second, 1,000 of 100 kB through a full budget of 100 MB (each takes the place of an old one), against
 * the same files fetched and thrown away, and against the same bytes put into a bare IndexedDB. `media-message`: how long a message takes to
 * a tab while that goes on (the 99th of 100), against the same tab when nothing does.
 */
import type { Page } from '@playwright/test';
import type { BenchBrowser } from './bench-browser.ts';
import { FILE_CHATS } from './pages/files.ts';
import { resultOf, type Result } from './result.ts';

const FILES = 1_000;
/** Old files that fill the budget: just below what starts an eviction by itself. */
const OLD_FILES = 940;

const perSecond = (span: readonly (readonly [number, number])[]): number => FILES / (((span[1]?.[1] ?? Number.NaN) - (span[0]?.[1] ?? Number.NaN)) / 1_000);

/** Milliseconds of each of 200 messages to the tab. */
async function messages(page: Page): Promise<number[]> {
  await page.evaluate(() => {
    window.bench.unwatch();
    return window.bench.watch('daemon', [0]);
  });
  const began = await page.evaluate(() => window.bench.order('daemon', { kind: 'burst', chat: 0, count: 200, everyMs: 20 }));
  const last = began.at(-1)?.[0] ?? 0;
  await page.waitForFunction((sequence) => window.bench.arrivals('daemon').some(([arrived]) => arrived === sequence), last);
  const arrived = new Map(await page.evaluate(() => window.bench.arrivals('daemon')));
  return began.map(([sequence, at]) => (arrived.get(sequence) ?? Number.NaN) - at);
}

const slowest = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99) - 1] ?? Number.NaN;

/** Measures all three in one run. */
export async function measureMedia(browser: BenchBrowser): Promise<readonly Result[]> {
  const [page, files] = await browser.openTabs(2);
  if (!page || !files) throw new Error('No tab.');
  const fetched = perSecond(await page.evaluate((count) => window.bench.order('bare', { kind: 'files', how: 'fetch', from: 0, count }), FILES));
  const stored = perSecond(await page.evaluate((count) => window.bench.order('bare', { kind: 'files', how: 'store', from: 0, count }), FILES));
  // Files belong to messages that are held.
  await page.evaluate((chats) => window.bench.watch('daemon', chats), Array.from({ length: FILE_CHATS }, (_, chat) => chat));
  const quiet = await messages(page);
  await page.evaluate((count) => window.bench.fillFiles(5_000, count), OLD_FILES);
  const downloading = files.evaluate((count) => window.bench.download(0, count), FILES);
  const busy = await messages(page);
  const ours = perSecond(await downloading);
  const evicted = await page.evaluate(() => window.bench.evictedFiles());
  process.stderr.write(`media: ${evicted} files evicted\n`);
  return [
    resultOf('media-fetch', 'files/s', ours, fetched, FILES),
    resultOf('media-store', 'files/s', ours, stored, FILES),
    resultOf('media-message', 'ms', slowest(busy), slowest(quiet), busy.length),
  ];
}
