/**
 * `ingest`: rows a second of deltas of 500 messages, from the first delta to the record that says that all is stored, against bare
 * IndexedDB transactions of 500 rows with the same indexes.
 */
import type { BenchBrowser } from './bench-browser.ts';
import { median, resultOf, type Result } from './result.ts';

const SIZE = 500;
const DELTAS = 10;

/** Measures `ingest`: three rounds a side, in turn, each into a chat of its own. */
export async function measureIngest(browser: BenchBrowser): Promise<Result> {
  const [page] = await browser.openTabs(1);
  if (!page) throw new Error('No tab.');
  const ours: number[] = [];
  const bare: number[] = [];
  const rows = SIZE * DELTAS;
  for (let chat = 0; chat < 3; chat++) {
    const order = { kind: 'ingest', chat, deltas: DELTAS, size: SIZE } as const;
    await page.evaluate((number) => window.bench.watch('daemon', [number]), chat);
    const [began, stored] = await page.evaluate(
      async ([given, last]) => {
        const [first] = await window.bench.order('daemon', given);
        return [first?.[1] ?? Number.NaN, await window.bench.whenStored(given.chat, last)] as const;
      },
      [order, 50 + rows] as const,
    );
    ours.push(rows / ((stored - began) / 1_000));
    await page.evaluate(() => window.bench.unwatch());
    const [first, last] = await page.evaluate((given) => window.bench.order('bare', given), order);
    bare.push(rows / (((last?.[1] ?? Number.NaN) - (first?.[1] ?? Number.NaN)) / 1_000));
  }
  return resultOf('ingest', 'rows/s', median(ours), median(bare), ours.length);
}
