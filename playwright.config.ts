/** The browser tests: `e2e/specs`, in a Chromium that is found or installed. */
import { defineConfig } from '@playwright/test';
import type { HostOption } from './e2e/fixtures/desk.ts';
import { browserFlags } from './e2e/fixtures/find-browser.ts';
import { findOrInstallBrowser } from './e2e/fixtures/install-browser.ts';

/** Specs that run in both hosts here, because they are most about tabs; those of the fallback itself ask for it. `npm run test:fallback` runs all. */
const IN_BOTH_HOSTS = ['one-daemon', 'messages-everywhere', 'killed-daemon', 'crashed-tab', 'updates', 'two-users', 'drafts', 'content-security', 'sign-out', 'tabs'].map((name) => `**/${name}.spec.ts`);

export default defineConfig<{ host: HostOption }>({
  testDir: 'e2e/specs',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  // Bounds for a machine several times slower than a developer's: what holds is seen at once, so they cost nothing.
  timeout: 120_000,
  expect: { timeout: 25_000 },
  reporter: [['list']],
  projects: [{ name: 'shared-worker' }, { name: 'fallback', testMatch: IN_BOTH_HOSTS, use: { host: 'fallback' } }],
  use: {
    actionTimeout: 25_000,
    launchOptions: { executablePath: findOrInstallBrowser(), args: browserFlags() },
  },
});
