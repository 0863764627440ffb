import { afterEach, expect, test, vi } from 'vitest';
import { browserEnvironment } from './browser-env.ts';

afterEach(() => vi.unstubAllGlobals());

test('#87 the lease of a dead daemon that a frozen tab was waiting for is not taken for a daemon that lives', async () => {
  const held = [
    { name: 'of a daemon that lives', mode: 'exclusive' },
    { name: 'of a daemon that died', mode: 'shared' },
  ];
  vi.stubGlobal('document', { baseURI: 'https://desk.example/' });
  vi.stubGlobal('window', {});
  vi.stubGlobal('navigator', { locks: { query: async () => ({ held, pending: [] }) } });
  expect(await browserEnvironment().locks.held()).toEqual(['of a daemon that lives']);
});
