/** Hidden, frozen, cached and discarded tabs for real: a command of its own, because it installs a display. */
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['e2e/lifecycle/*.lifecycle-test.ts'], testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false } });
