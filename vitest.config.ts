/** Unit, property and contract tests: `*.test.ts` beside the code of every room. Browser tests are Playwright's (`*.spec.ts`). */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{protocol,worker,client,e2e}/**/*.test.{ts,tsx,mjs}'],
    environment: 'node',
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    setupFiles: ['e2e/fixtures/property-seed.ts', 'e2e/fixtures/patience.ts'],
  },
});
