/**
 * The desk in a browser without a window, and what its cache broadcasts, on standard output.
 *
 * Owns: the browser and its end. It is a client like any other: its own profile, so its own daemon, which sees what the server tells this
 * user. Lines are `Update` of `tabcached/protocol`; news about the observer itself goes to standard error.
 */
import { chromium } from '@playwright/test';
import type { Client, Update } from 'tabcached';
import { browserFlags } from '../fixtures/find-browser.ts';
import { findOrInstallBrowser } from '../fixtures/install-browser.ts';
import { readArguments, USAGE } from './observe-arguments.ts';

/** Runs until it is stopped or has printed as many as were asked for; resolves with the exit code. */
export async function printUpdates(args: readonly string[]): Promise<number> {
  const wanted = readArguments(args);
  if ('wrong' in wanted) {
    process.stderr.write(`${wanted.wrong}\n\n${USAGE}\n`);
    return 2;
  }
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: browserFlags() });
  try {
    const page = await browser.newPage();
    let printed = 0;
    const ended = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
      browser.on('disconnected', () => resolve());
      void page.exposeFunction('printUpdate', (update: Update) => {
        if (wanted.kinds && !wanted.kinds.includes(update.kind)) return;
        if (wanted.count !== null && printed >= wanted.count) return;
        printed += 1;
        process.stdout.write(`${JSON.stringify(update)}\n`);
        if (printed === wanted.count) resolve();
      });
      // A reader that has seen enough closes the pipe.
      process.stdout.once('error', () => resolve());
    });
    const query = new URLSearchParams({ as: wanted.username, ...(wanted.ticket === null ? {} : { ticket: wanted.ticket }) });
    await page.goto(`${wanted.url}/?${query}`);
    await page.waitForFunction(() => 'tabcached' in globalThis, undefined, { timeout: 20_000 });
    await page.evaluate(() => {
      const scope = globalThis as unknown as { tabcached: Client; printUpdate(update: Update): Promise<void> };
      scope.tabcached.updates.subscribe((update) => void scope.printUpdate(update));
    });
    process.stderr.write(`Observing ${wanted.username} on ${wanted.url}. Ctrl-C ends it.\n`);
    await ended;
    return 0;
  } catch (error) {
    process.stderr.write(`The desk at ${wanted.url} could not be observed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}\n`);
    return 1;
  } finally {
    await browser.close();
  }
}
