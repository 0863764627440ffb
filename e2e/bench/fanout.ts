/**
 * `fanout-N`: from a change at the daemon until the last of N tabs has the row in its snapshot, against a loop that posts the same
 * row as an object to N bare ports. `fanout-30-cpu`: what 1,000 such changes cost the browser.
 */
import type { Page } from '@playwright/test';
import type { BenchBrowser } from './bench-browser.ts';
import type { Answer, Side } from './pages/commands.ts';
import { cpuSecondsOf, settled } from './process-tree.ts';
import { median, resultOf, type Result } from './result.ts';

const sides: readonly Side[] = ['daemon', 'bare'];

/**
 * Puts a chat on every tab's screen, in place of the one before, and forgets what arrived. Every block of changes has a chat of its own,
 * because a conversation that is read has tens or hundreds of rows in its window, not thousands.
 */
async function show(pages: readonly Page[], chat: number): Promise<void> {
  for (const page of pages) {
    await page.evaluate((number) => {
      window.bench.unwatch();
      return window.bench.watch('daemon', [number]);
    }, chat);
  }
}

/** Orders a burst and waits until every tab has all of it. Milliseconds until the last tab had each change. */
async function burst(pages: readonly Page[], side: Side, chat: number, count: number, everyMs: number): Promise<number[]> {
  const [first] = pages;
  if (!first) throw new Error('No tab.');
  const began: Answer = await first.evaluate(([to, number, n, ms]) => window.bench.order(to, { kind: 'burst', chat: number, count: n, everyMs: ms }), [
    side,
    chat,
    count,
    everyMs,
  ] as const);
  const lastSequence = began.at(-1)?.[0] ?? 0;
  const last = new Map<number, number>();
  for (const page of pages) {
    await page.waitForFunction(([of, sequence]) => window.bench.arrivals(of).some(([arrived]) => arrived === sequence), [side, lastSequence] as const);
    const arrivals = await page.evaluate((of) => window.bench.arrivals(of), side);
    for (const [sequence, at] of arrivals) last.set(sequence, Math.max(last.get(sequence) ?? 0, at));
  }
  return began.map(([sequence, at]) => (last.get(sequence) ?? Number.NaN) - at);
}

/** Measures latency with `tabs` tabs: blocks of both sides in turn, so that both meet the same noise. */
export async function measureFanout(browser: BenchBrowser, tabs: number): Promise<Result> {
  const pages = await browser.openTabs(tabs);
  const times: Record<Side, number[]> = { daemon: [], bare: [] };
  for (let block = 0; block <= 4; block++) {
    await show(pages, block);
    for (const side of sides) {
      const taken = await burst(pages, side, block, 50, 40);
      // The first block warms both sides up.
      if (block > 0) times[side].push(...taken);
    }
  }
  return resultOf(`fanout-${tabs}`, 'ms', median(times.daemon), median(times.bare), times.daemon.length);
}

/** Measures CPU: 1,000 changes a side in five blocks, in turn, after one that warms up. Null where the system does not tell CPU times. */
export async function measureFanoutCpu(browser: BenchBrowser, tabs: number): Promise<Result | null> {
  const pages = await browser.openTabs(tabs);
  const spent: Record<Side, number> = { daemon: 0, bare: 0 };
  for (let block = 0; block <= 5; block++) {
    await show(pages, block);
    for (const side of sides) {
      await settled(browser.profile);
      const before = cpuSecondsOf(browser.profile);
      await burst(pages, side, block, 200, 10);
      await settled(browser.profile);
      const after = cpuSecondsOf(browser.profile);
      if (before === null || after === null) return null;
      if (block > 0) spent[side] += after - before;
    }
  }
  return resultOf(`fanout-${tabs}-cpu`, 's', spent.daemon, spent.bare, 1_000);
}
