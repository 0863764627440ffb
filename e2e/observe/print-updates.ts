/**
 * The desk in a browser without a window, and what its cache broadcasts, on standard output.
 *
 * Owns: the browser and its end. It is a client like any other: its own profile, so its own daemon, which sees what the server tells this
 * user. It listens before the desk is opened, so that nothing is missed from number 1 on; should a number be left out all the same, it says
 * so. Lines are `Update` of `tabcached/protocol`; news about the observer itself goes to standard error.
 */
import { chromium } from '@playwright/test';
import type { Update } from 'tabcached';
import { browserFlags } from '../fixtures/find-browser.ts';
import { findOrInstallBrowser } from '../fixtures/install-browser.ts';
import { signIn } from '../fixtures/person.ts';
import { listenFromPage } from '../fixtures/updates.ts';
import { missedText } from './missed-text.ts';
import { readArguments, USAGE } from './observe-arguments.ts';

/** Runs until it is stopped or has printed as many as were asked for; resolves with the exit code. */
export async function printUpdates(args: readonly string[]): Promise<number> {
  const wanted = readArguments(args);
  if ('wrong' in wanted) {
    process.stderr.write(`${wanted.wrong}\n\n${USAGE}\n`);
    return 2;
  }
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: browserFlags(), handleSIGINT: false, handleSIGTERM: false });
  try {
    const context = await browser.newContext();
    const { userId } = await signIn(wanted.url, wanted.username);
    let printed = 0;
    let last: Update | null = null;
    let hear: (update: Update) => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
      browser.on('disconnected', () => resolve());
      hear = (update) => {
        const missed = missedText(last, update);
        if (missed) process.stderr.write(`${missed}\n`);
        last = update;
        if (wanted.kinds && !wanted.kinds.includes(update.kind)) return;
        if (wanted.count !== null && printed >= wanted.count) return;
        printed += 1;
        process.stdout.write(`${JSON.stringify(update)}\n`);
        if (printed === wanted.count) resolve();
      };
      // A reader that has seen enough closes the pipe.
      process.stdout.once('error', () => resolve());
    });
    await listenFromPage(context, wanted.url, userId, (update) => hear(update));
    const page = await context.newPage();
    const query = new URLSearchParams({ as: wanted.username, ...(wanted.ticket === null ? {} : { ticket: wanted.ticket }) });
    await page.goto(`${wanted.url}/?${query}`);
    await page.waitForFunction(() => 'tabcached' in globalThis, undefined, { timeout: 20_000 });
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
