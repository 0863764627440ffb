/**
 * `warm-open`: a chat that another tab has open, from asking to its 50 rows, against one round trip of a bare port with the same rows.
 * `disk-open-100k`: 50 rows of a chat that is not in the daemon's memory, among 100,000 stored, against a bare worker that reads them by
 * the index and posts them to the same tab.
 */
import type { Page } from '@playwright/test';
import type { BenchBrowser } from './bench-browser.ts';
import { controlDaemons } from '../fixtures/daemon-control.ts';
import { median, resultOf, type Result } from './result.ts';

const CHATS = 60;

/** Opens chats by both sides in turn, once each. The bare side takes other chats, so that nobody finds what the other warmed. */
async function openInTurn(page: Page, how: 'warm' | 'disk', chats: readonly number[], bareChats: readonly number[]): Promise<[number[], number[]]> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (const [i, chat] of chats.entries()) {
    ours.push(await page.evaluate(([as, number]) => window.bench.open('daemon', as, number), [how, chat] as const));
    bare.push(await page.evaluate(([as, number]) => window.bench.open('bare', as, number), [how, bareChats[i] ?? 0] as const));
  }
  return [ours, bare];
}

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** Measures `warm-open`. */
export async function measureWarmOpen(browser: BenchBrowser): Promise<Result> {
  const [holder, page] = await browser.openTabs(2);
  if (!holder || !page) throw new Error('No tab.');
  const chats = numbers(0, CHATS);
  await holder.evaluate((all) => window.bench.watch('daemon', all), chats);
  // The bare worker builds its rows at the first question.
  for (const chat of chats) await page.evaluate((number) => window.bench.open('bare', 'warm', number), chat);
  const [ours, bare] = await openInTurn(page, 'warm', chats, chats);
  return resultOf('warm-open', 'ms', median(ours.slice(5)), median(bare.slice(5)), ours.length - 5);
}

/** Measures `disk-open-100k`. */
export async function measureDiskOpen(browser: BenchBrowser, perChat = 500, chatCount = 200): Promise<Result> {
  const [page] = await browser.openTabs(1);
  const driver = browser.context.browser();
  if (!page) throw new Error('No tab.');
  const heads = { kind: 'heads', from: 0, count: chatCount, head: perChat } as const;
  await page.evaluate(() => window.bench.disconnect());
  const daemons = driver ? await controlDaemons(driver, browser.context) : null;
  if (!daemons) throw new Error('No control over the browser.');
  await daemons.kill('bench');
  await page.evaluate(([chats, rows]) => window.bench.fill(chats, rows), [chatCount, perChat] as const);
  await page.evaluate(() => window.bench.connect());
  for (const side of ['daemon', 'bare'] as const) await page.evaluate(([to, order]) => window.bench.order(to, order), [side, heads] as const);
  const [ours, bare] = await openInTurn(page, 'disk', numbers(0, CHATS), numbers(100, CHATS));
  await daemons.close();
  return resultOf('disk-open-100k', 'ms', median(ours.slice(5)), median(bare.slice(5)), ours.length - 5);
}
