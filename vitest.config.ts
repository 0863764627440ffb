/** Unit, property and contract tests: `*.test.ts` beside the code of every room. Browser tests are Playwright's (`*.spec.ts`). */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{protocol,worker,client,e2e}/**/*.test.{ts,tsx,mjs}'],
    environment: 'node',
    testTimeout: 20_000,
    setupFiles: ['e2e/fixtures/property-seed.ts'],
  },
});
