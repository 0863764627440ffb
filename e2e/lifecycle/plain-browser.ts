/**
 * A Chromium as a person starts it, with a window, on a display that nobody looks at: its tabs are really hidden, frozen, kept in the
 * back/forward cache and discarded.
 *
 * Owns: the display, the browser's process, its profile. Nothing is attached to a tab but while it is asked something: the browser does
 * not discard tabs that are being debugged.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserFlags } from '../fixtures/find-browser.ts';
import { findOrInstallBrowser, installPackages } from '../fixtures/install-browser.ts';
import { connectDevtools } from './devtools.ts';
import { discardFrom } from './discard-tab.ts';
import { createPlainTab, type PlainTab } from './plain-tab.ts';

/** The browser. */
export interface PlainBrowser {
  /** Opens a tab in front of the others. */
  open(url: string): Promise<PlainTab>;
  /** Lets the browser take a hidden tab's memory away, as it does when it needs it. The tab is loaded again when it is shown. */
  discard(tab: PlainTab): Promise<PlainTab>;
  /** A tab with the same address and a copy of its `sessionStorage`, as duplicating it makes. */
  duplicate(tab: PlainTab): Promise<PlainTab>;
  /** Kills every SharedWorker: no event, no unload. */
  killDaemons(): Promise<void>;
  close(): Promise<void>;
}

const hasDisplay = (): boolean => spawnSync('which', ['Xvfb']).status === 0;

/** Starts a virtual display; answers its name. */
async function startDisplay(started: ChildProcess[]): Promise<string> {
  if (!hasDisplay() && !(installPackages('xvfb') && hasDisplay())) throw new Error('These tests need Xvfb, and it could be neither found nor installed.');
  const display = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(display);
  const [number] = (await once(display.stdout, 'data')) as [Buffer];
  return `:${number.toString('utf8').trim()}`;
}

/** The address under which the browser can be driven, which it writes into its profile. */
async function addressOf(profile: string): Promise<string> {
  for (const endsAt = Date.now() + 30_000; Date.now() < endsAt; ) {
    const [port, path] = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '')).split('\n');
    if (port && path) return `ws://127.0.0.1:${port}${path}`;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The browser did not start.');
}

/** Starts the browser. */
export async function startPlainBrowser(): Promise<PlainBrowser> {
  const binary = findOrInstallBrowser();
  const started: ChildProcess[] = [];
  const display = await startDisplay(started);
  const profile = mkdtempSync(join(tmpdir(), 'tabcached-plain-'));
  // Shows the browser's own pages for developers, one of which discards tabs.
  writeFileSync(join(profile, 'Local State'), JSON.stringify({ internal_only_uis_enabled: true }));
  const flags = [...browserFlags(), '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--password-store=basic', 'about:blank'];
  const process_ = spawn(binary, flags, { stdio: 'ignore', env: { ...process.env, DISPLAY: display } });
  started.push(process_);
  const devtools = await connectDevtools(await addressOf(profile));

  const pages = async (): Promise<readonly string[]> => (await devtools.targets('page')).map(({ targetId }) => targetId);
  /** The one tab that was not there before. */
  const appeared = async (before: readonly string[]): Promise<PlainTab> => {
    for (const endsAt = Date.now() + 30_000; Date.now() < endsAt; ) {
      const fresh = (await pages()).find((id) => !before.includes(id));
      if (fresh !== undefined) return createPlainTab(devtools, fresh);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('No tab appeared.');
  };

  return {
    open: async (url) => createPlainTab(devtools, (await devtools.send<{ targetId: string }>('Target.createTarget', { url })).targetId),
    discard: async (tab) => {
      const before = await pages();
      const { targetId } = await devtools.send<{ targetId: string }>('Target.createTarget', { url: 'chrome://discards' });
      await discardFrom(createPlainTab(devtools, targetId), await tab.run<string>('location.href'));
      return appeared([...before, targetId]);
    },
    duplicate: async (tab) => {
      const before = await pages();
      await tab.run('void window.open(location.href)', { asByHand: true });
      return appeared(before);
    },
    killDaemons: async () => {
      for (const { targetId } of await devtools.targets('shared_worker')) await devtools.send('Target.closeTarget', { targetId });
    },
    close: async () => {
      const gone = once(process_, 'exit');
      await devtools.send('Browser.close').catch(() => process_.kill());
      await gone;
      devtools.close();
      for (const child of started.reverse()) child.kill();
      try {
        rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
      } catch {
        // Processes of the browser may keep its profile a while; it is in a folder for what is temporary.
      }
    },
  };
}
