/** `npm run test:postgres`: what runs embedded too, and `*.pg-test.ts`, which need a PostgreSQL. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  test: {
    include: ['e2e/backend/{server,push,access-changes,media,import,seed}.test.ts', 'e2e/backend/postgres/*.pg-test.ts'],
    globalSetup: fileURLToPath(new URL('global-setup.ts', import.meta.url)),
    environment: 'node',
    testTimeout: 30_000,
  },
});
