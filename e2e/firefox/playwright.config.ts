/** The multi-tab tests in Firefox: those of `e2e/specs` that need no DevTools protocol; the others are reported as skipped. */
import { defineConfig } from '@playwright/test';
import { findOrInstallFirefox } from './find-firefox.ts';

export default defineConfig({
  testDir: '../specs',
  outputDir: '../../test-results/firefox',
  forbidOnly: true,
  retries: 0,
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: { actionTimeout: 20_000, browserName: 'firefox', channel: 'moz-firefox', launchOptions: { executablePath: findOrInstallFirefox() } },
});
