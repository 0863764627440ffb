/** The core of the multi-tab tests in WebKitGTK: a command of its own, because it installs a browser. */
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['e2e/webkit/*.webkit-test.ts'], testTimeout: 120_000, hookTimeout: 600_000, fileParallelism: false } });
