/** Tests of `npm run test:postgres`: what runs embedded too, and `*.pg-test.ts`, which need a PostgreSQL. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['e2e/backend/{server,push,access-changes,import,seed}.test.ts', 'e2e/backend/postgres/*.pg-test.ts'],
    environment: 'node',
    testTimeout: 30_000,
  },
});
