/** Unused files, exports and dependencies are found by knip; these are the doors that it cannot see. */
import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  entry: [
    'e2e/bench/main.ts',
    'e2e/bench/pages/*.ts',
    'e2e/bench/vite.config.ts',
    'e2e/chaos/main.ts',
    'e2e/desk/main.tsx',
    'e2e/desk/vite.config.ts',
    'e2e/**/*.mjs',
    'e2e/lifecycle/*.lifecycle-test.ts',
    'e2e/observe/print-updates.ts',
    'e2e/sim/*.ts',
    'e2e/webkit/*.webkit-test.ts',
    'e2e/specs/*.spec.ts',
  ],
  ignoreBinaries: ['Xvfb'],
  ignoreExportsUsedInFile: true,
  project: ['{protocol,worker,client,e2e}/**/*.{ts,tsx,mjs}'],
};

export default config;
