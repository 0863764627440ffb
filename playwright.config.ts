/** The browser tests: `e2e/specs`, in a Chromium that is found or installed. */
import { defineConfig } from '@playwright/test';
import { browserFlags } from './e2e/fixtures/find-browser.ts';
import { findOrInstallBrowser } from './e2e/fixtures/install-browser.ts';

export default defineConfig({
  testDir: 'e2e/specs',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    actionTimeout: 15_000,
    launchOptions: { executablePath: findOrInstallBrowser(), args: browserFlags() },
  },
});
