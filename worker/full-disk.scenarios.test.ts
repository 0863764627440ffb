/** A full disk: the cache gives way to what a person wrote, or the person is told. Over both stores. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, test } from 'vitest';
import { PROVISIONAL_BASE } from '../protocol/limits.ts';
import { rowBytes, type CachedMessage } from '../protocol/index.ts';
import { openIndexedDbStore } from './store/indexeddb-store.ts';
import { createMemoryStore } from './store/memory-store.ts';
import type { ReadTransaction, Store, StoreName } from './store/store.ts';
import { createRig, type Rig, type RigTab } from './testing/rig.ts';
import { CHAT, OTHER_CHAT } from './testing/scenario.ts';

/** The disk's size, in bytes of rows and of what waits. */
interface Disk {
  bytes: number;
}

const used = async (tx: ReadTransaction): Promise<number> => {
  const [rows, operations] = await Promise.all([tx.getAll('messages'), tx.getAll('offline_queue')]);
  return rows.reduce((sum, row) => sum + rowBytes(row), 0) + operations.length * 512;
};
/** A store that refuses what makes it larger than its disk, as browsers do: when the transaction ends. */
const onDisk = (store: Store, disk: Disk): Store => ({
  ...store,
  write: (stores, durability, work) =>
    store.write([...new Set<StoreName>([...stores, 'messages', 'offline_queue'])], durability, async (tx) => {
      const before = await used(tx);
      const result = await work(tx);
      const after = await used(tx);
      if (after > before && after > disk.bytes) throw new DOMException('The disk is full.', 'QuotaExceededError');
      return result;
    }),
});

const manyTurns = async (): Promise<void> => {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const stores = {
  memory: async () => createMemoryStore(),
  IndexedDB: () => {
    const events = { onBlocking: () => undefined, onTerminated: () => undefined };
    return openIndexedDbStore({ userId: 'agent', events, clock: { now: () => 1 }, timers: { after: () => () => undefined }, indexedDB: new IDBFactory() });
  },
} satisfies Record<string, () => Promise<Store>>;

interface Case {
  readonly rig: Rig;
  readonly disk: Disk;
  /** The first shows a chat of ten rows; another chat of 300 was closed. */
  readonly tab: RigTab;
  rows(requestId: string): Promise<readonly CachedMessage[]>;
  send(content: string, requestId?: string): Promise<unknown>;
}
async function filled(kind: keyof typeof stores): Promise<Case> {
  const disk = { bytes: Number.POSITIVE_INFINITY };
  const store = onDisk(await stores[kind](), disk);
  const rig = await createRig({ openStore: () => Promise.resolve(store), settle: manyTurns });
  for (const [id, count] of [[CHAT, 10], [OTHER_CHAT, 300]] as const) {
    rig.server.createChat(id);
    for (let i = 1; i <= count; i++) rig.server.append(id, `message ${i}`);
  }
  const tab = await rig.openTab();
  await tab.open(OTHER_CHAT);
  await rig.time.advance(1_000);
  for (let lo = 251; lo > 1; lo -= 50) {
    await tab.call('loadPage', { requestId: OTHER_CHAT, direction: 'older', lo, hi: 300, tail: true, limit: 50 });
    await rig.time.advance(1_000);
  }
  await tab.call('closeChat', { requestId: OTHER_CHAT });
  await tab.open(CHAT);
  await rig.time.advance(1_000);
  let sent = 0;
  return {
    rig,
    disk,
    tab,
    rows: async (id) => {
      const rows = await store.read(['messages'], (tx) => tx.getAll('messages', { index: 'by_request', bounds: { lower: id, upper: id } }));
      return rows.toSorted((a, b) => a.sequenceNumber - b.sequenceNumber);
    },
    send: async (content, requestId = CHAT) => {
      const done = tab.call('send', { requestId, clientTempId: `99999999-9999-4999-8999-${String(++sent).padStart(12, '0')}`, content });
      let settled = false;
      const note = (): void => void (settled = true);
      done.then(note, note);
      // However many tasks the store takes.
      while (!settled) await rig.time.advance(50);
      return done;
    },
  };
}

describe.each(Object.keys(stores) as (keyof typeof stores)[])('B-8 #58 a disk that is full, %s', (kind) => {
  test('the oldest rows of the chat that nobody looks at make room; the message is stored and sent', async () => {
    const { rig, disk, tab, rows, send } = await filled(kind);
    expect(await rows(OTHER_CHAT)).toHaveLength(300);
    rig.server.cut();
    await tab.call('saveDraft', { requestId: OTHER_CHAT, text: 'half a sentence' });
    // Less than nothing is free: a transaction that only frees is kept, one that adds is not.
    disk.bytes = 512 * 180;
    await expect(send('mine')).resolves.toMatchObject({ durable: true });
    const left = await rows(OTHER_CHAT);
    expect(left.length).toBeLessThan(300);
    expect(await rows(CHAT)).toHaveLength(11);
    expect((await rows(CHAT)).at(-1)).toMatchObject({ content: 'mine', status: 'pending' });
    const meta = await rig.store.read(['chat_meta'], (tx) => tx.get('chat_meta', OTHER_CHAT));
    expect(meta?._draft).toBe('half a sentence');
    expect(await tab.call('verifyChat', { requestId: OTHER_CHAT })).toMatchObject({ missing: 0, stray: 0, countersWrong: false });
    disk.bytes = Number.POSITIVE_INFINITY;
    rig.server.restore();
    await rig.time.advance(5_000);
    expect(rig.server.visible(CHAT).at(-1)?.content).toBe('mine');
    // What went is fetched again by whoever opens the chat.
    await tab.open(OTHER_CHAT);
    await rig.time.advance(2_000);
    expect(tab.texts(OTHER_CHAT)).toEqual(rig.server.visible(OTHER_CHAT).slice(-50).map((row) => row.content));
  });

  test('when nothing can go, the person is told, the text is the caller’s, and what waits is untouched', async () => {
    const { rig, disk, tab, rows, send } = await filled(kind);
    rig.server.cut();
    await send('first');
    await send('elsewhere', OTHER_CHAT);
    disk.bytes = 1;
    await expect(send('second')).rejects.toMatchObject({ code: 'STORAGE_FAILED', retryable: true });
    expect(tab.texts(CHAT).slice(-1)).toEqual(['first']);
    // A chat with something unsent keeps all it has, and so does the one on the screen.
    expect((await rows(OTHER_CHAT)).filter((row) => row.sequenceNumber < PROVISIONAL_BASE)).toHaveLength(300);
    disk.bytes = Number.POSITIVE_INFINITY;
    rig.server.restore();
    await rig.time.advance(5_000);
    expect([CHAT, OTHER_CHAT].map((id) => rig.server.visible(id).at(-1)?.content)).toEqual(['first', 'elsewhere']);
  });
});
