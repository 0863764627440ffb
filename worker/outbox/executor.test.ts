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
import { doubted, sendOperation } from './operations.ts';

test.each([
  ['sent', false],
  ['found', true],
])('S-1 M-2 a message that was %s, and whose confirmation storage fails over, is not sent again, though it was deleted meanwhile (sim seeds 1791205349, 1830002721)', async (_, isFound) => {
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
      findByTempId: async () => (asked.push('find') === 1 ? message : null),
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
  await ledger.put(doubted(sendOperation(draft, time.clock.now(), ledger.nextOrder()), isFound), null, 'strict');
  executor.wake();
  await time.advance(120_000);
  expect(asked).toEqual([isFound ? 'find' : 'send']);
  expect(confirmed).toHaveLength(2);
  expect(ledger.size()).toBe(0);
  executor.close();
});
