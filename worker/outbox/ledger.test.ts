/** The ledger over a store that knows more than memory does. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { CachedMessage } from '../../protocol/index.ts';
import { PROVISIONAL_BASE } from '../../protocol/limits.ts';
import { chatWriteStores, emptyChat, writeChat } from '../store/chat-writes.ts';
import { createCommitter } from '../store/committer.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { uuid } from '../testing/store-records.ts';
import { createVirtualTime } from '../testing/virtual-time.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { pendingRow, sendOperation } from './operations.ts';

const CHAT = uuid(0xa);
let store: Store;
let ledger: Ledger;

const rowAt = (id: string, sequence: number): CachedMessage => pendingRow({ requestId: CHAT, clientTempId: id, content: id, isScreenshot: false, screenshotFileName: null }, { userId: 'agent', sender: null }, sequence, 1_000);
const stored = (): Promise<CachedMessage[]> => store.read(['messages'], (tx) => tx.getAll('messages'));

beforeEach(async () => {
  store = createMemoryStore();
  await store.claimWriter('build', 1);
  const { timers, clock } = createVirtualTime();
  ledger = createLedger(createCommitter(store, { timers, clock }, { onFailed: () => undefined, onRecovered: () => undefined, onFenced: () => undefined }), clock, []);
});

describe('provisional sequences', () => {
  test('#54 one that is taken in the store is not given again, whatever memory says', async () => {
    const before = rowAt(uuid(1), PROVISIONAL_BASE);
    await store.write(chatWriteStores, 'strict', async (tx) => void (await writeChat(tx, { requestId: CHAT, upserts: [before], deletions: [], meta: emptyChat(CHAT, 1_000), now: 1_000 })));
    const draft = { requestId: CHAT, clientTempId: uuid(2), content: 'mine', isScreenshot: false, screenshotFileName: null };
    const written = await ledger.put(sendOperation(draft, 1_000, ledger.nextOrder()), rowAt(uuid(2), PROVISIONAL_BASE), 'strict');
    expect(written?.sequenceNumber).toBe(PROVISIONAL_BASE + 1);
    expect((await stored()).map((row) => [row.id, row.sequenceNumber]).sort()).toEqual([[uuid(1), PROVISIONAL_BASE], [uuid(2), PROVISIONAL_BASE + 1]]);
  });

  test('a row that is stored already keeps the sequence that it has', async () => {
    const operation = sendOperation({ requestId: CHAT, clientTempId: uuid(1), content: 'mine', isScreenshot: false, screenshotFileName: null }, 1_000, ledger.nextOrder());
    await ledger.put(operation, rowAt(uuid(1), PROVISIONAL_BASE), 'strict');
    const again = await ledger.put({ ...operation, retryCount: 1 }, rowAt(uuid(1), PROVISIONAL_BASE), 'strict');
    expect(again?.sequenceNumber).toBe(PROVISIONAL_BASE);
  });
});
