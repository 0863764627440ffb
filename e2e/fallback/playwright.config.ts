/** The whole multi-tab suite where there is no SharedWorker: `npm run test:fallback`. `npm test` runs the part of it that is most about tabs. */
import { defineConfig } from '@playwright/test';
import base from '../../playwright.config.ts';

/** What every spec promises holds wherever the daemon runs. These run in one host only, each for a reason of its own. */
const IN_ONE_HOST = [
  // Its tests ask for the fallback themselves.
  'fallback',
  // It takes away SharedWorker and Worker both.
  'no-daemon',
  // The script under test starts a browser of its own.
  'observe',
  // Of the test bed itself: how shared workers are controlled.
  'test-bed',
].map((name) => `**/${name}.spec.ts`);

/** Joining two configurations joins their projects too. */
const { projects: _, ...settings } = base;

export default defineConfig(settings, {
  testDir: '../specs',
  outputDir: '../../test-results/fallback',
  projects: [{ name: 'fallback', testIgnore: IN_ONE_HOST, use: { host: 'fallback' } as NonNullable<typeof base.use> }],
});
