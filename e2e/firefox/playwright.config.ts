/** The multi-tab tests in Firefox: the files of `e2e/specs` that need no DevTools protocol. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { findOrInstallFirefox } from './find-firefox.ts';

const SPECS = join(import.meta.dirname, '../specs');
/** What this driver cannot: it tells of no downloads, and a pasted file that a test makes up carries no data there. */
const NEEDS_ANOTHER_DRIVER = /exported|by paste/;
/** What only the DevTools protocol can do: controlling daemons, crashing tabs, browsers of a profile of their own. */
const NEEDS_DEVTOOLS = /daemons\b|newCDPSession|crashTab|ProfileBrowser|startSecond|launch/;

export default defineConfig({
  testDir: SPECS,
  testMatch: readdirSync(SPECS).filter((name) => !NEEDS_DEVTOOLS.test(readFileSync(join(SPECS, name), 'utf8'))),
  grepInvert: NEEDS_ANOTHER_DRIVER,
  outputDir: '../../test-results/firefox',
  forbidOnly: true,
  retries: 0,
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: { actionTimeout: 20_000, browserName: 'firefox', channel: 'moz-firefox', launchOptions: { executablePath: findOrInstallFirefox() } },
});
