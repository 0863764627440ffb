/**
 * A fresh Chromium for one benchmark.
 *
 * Owns: the browser, its profile folder and its tabs. Never a used profile: deleted databases slow one down threefold.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { browserFlags } from '../fixtures/find-browser.ts';
import { findOrInstallBrowser } from '../fixtures/install-browser.ts';
import './pages/tab.ts';

/** A running browser. */
export interface BenchBrowser {
  readonly context: BrowserContext;
  /** Folder of the profile; also what the browser's processes are recognised by. */
  readonly profile: string;
  /** Opens tabs of the bench page, connected to both workers. */
  openTabs(count: number): Promise<readonly Page[]>;
  close(): Promise<void>;
}

/** Starts a browser with an empty profile. `origin` serves the bench page. */
export async function startBenchBrowser(origin: string): Promise<BenchBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'tabcached-bench-'));
  const context = await chromium.launchPersistentContext(profile, { executablePath: findOrInstallBrowser(), args: browserFlags(), headless: true });
  return {
    context,
    profile,
    openTabs: async (count) => {
      const pages: Page[] = [];
      for (let i = 0; i < count; i++) {
        const page = await context.newPage();
        await page.goto(`${origin}/tab.html`);
        await page.evaluate(async () => {
          await window.bench.connect();
          window.bench.connectBare();
        });
        pages.push(page);
      }
      return pages;
    },
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
