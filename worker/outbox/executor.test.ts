/** The executor with an outbox that fails where storage does. */
import { expect, test } from 'vitest';
import type { OfflineOperation, ServerMessage } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import { createCommitter } from '../store/committer.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { uuid } from '../testing/store-records.ts';
import { createVirtualTime } from '../testing/virtual-time.ts';
import { createExecutor } from './executor.ts';
import { createLedger } from './ledger.ts';
import { sendOperation } from './operations.ts';

test('S-1 a confirmation that storage fails over: the server is asked, and not given the message again (sim seed 1791205349)', async () => {
  const time = createVirtualTime();
  const store = createMemoryStore();
  await store.claimWriter('build', 1);
  const committer = createCommitter(store, time, { onFailed: () => undefined, onRecovered: () => undefined, onFenced: () => undefined });
  const ledger = createLedger(committer, time.clock, []);
  const asked: string[] = [];
  const confirmed: string[] = [];
  const message = { id: uuid(9) } as ServerMessage;
  const quiet = (): void => undefined;
  const executor = createExecutor({
    env: { ...time, random: () => 0, log: { debug: quiet, info: quiet, warn: quiet, error: quiet } },
    backend: {
      send: async () => (asked.push('send'), message),
      findByTempId: async () => (asked.push('find'), message),
      markRead: () => Promise.reject(new Error('not asked')),
    },
    ledger,
    ready: () => true,
    isDecided: () => false,
    onSendAttempt: quiet,
    onReadAttempt: quiet,
    change: async (operation: OfflineOperation, durability = 'strict') => void (await ledger.put(operation, null, durability)),
    confirm: async (operation) => {
      // Its place could not be read.
      if (confirmed.push(operation.id) === 1) throw new TabcachedError('STORAGE_FAILED');
      await ledger.drop(operation, 'relaxed');
    },
    confirmRead: async () => undefined,
    refuseRead: async () => undefined,
  });
  const draft = { requestId: uuid(1), clientTempId: uuid(2), content: 'once', isScreenshot: false, screenshotFileName: null };
  await ledger.put(sendOperation(draft, time.clock.now(), ledger.nextOrder()), null, 'strict');
  executor.wake();
  await time.advance(120_000);
  expect(asked).toEqual(['send', 'find']);
  expect(confirmed).toHaveLength(2);
  expect(ledger.size()).toBe(0);
  executor.close();
});
