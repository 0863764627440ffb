/** Databases as the code of versions 1 and 2 made them, and a bare look into any. */
import { databaseName } from '../../protocol/index.ts';
import { chatA, chatB } from './chat-fixture.ts';
import { uuid } from './store-records.ts';

const name = databaseName('u1');
/** A chat with rows and no meta. */
export const orphan = uuid(0xc);
/** A chat with a meta and no rows. */
export const never = uuid(0xd);

/** The database as the code of versions 1 and 2 created it, with the given rows. */
export function createOld(factory: IDBFactory, version: 1 | 2, rows: Readonly<Record<string, readonly object[]>>): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, version);
    request.onupgradeneeded = () => {
      const db = request.result;
      const messages = db.createObjectStore('messages', { keyPath: 'id' });
      messages.createIndex('by_request', 'requestId');
      messages.createIndex('by_request_sequence', ['requestId', 'sequenceNumber'], { unique: true });
      messages.createIndex('by_cached_at', '_cachedAt');
      db.createObjectStore('chat_meta', { keyPath: 'requestId' }).createIndex('by_last_accessed', 'lastAccessedAt');
      if (version < 2) return;
      const tickets = db.createObjectStore('tickets', { keyPath: 'id' });
      tickets.createIndex('by_status', 'statusId');
      tickets.createIndex('by_cached_at', '_cachedAt');
      db.createObjectStore('ticket_meta', { keyPath: 'key' });
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const db = request.result;
      const transaction = db.transaction(Object.keys(rows), 'readwrite');
      for (const [store, records] of Object.entries(rows)) for (const record of records) transaction.objectStore(store).put(record);
      transaction.oncomplete = () => {
        db.close();
        resolve();
      };
    };
  });
}

/** A message as version 1 wrote it. */
const oldMessage = (id: number, requestId: string, sequenceNumber: number, more: object = {}): object => ({
  id: uuid(id),
  requestId,
  sequenceNumber,
  senderId: 's',
  sender: { id: 's', username: 'sam', fullName: null, isTechnician: false },
  content: `old ${id}`,
  createdAt: '2025-11-01T08:00:00.000Z',
  updatedAt: null,
  isScreenshot: false,
  screenshotFileName: null,
  fileName: null,
  fileSize: null,
  fileMimeType: null,
  isReadByCurrentUser: true,
  status: 'sent',
  _cachedAt: 1_000 + id,
  _syncVersion: 3,
  ...more,
});

const oldMeta = (requestId: string, lastSyncedSequence: number, more: object = {}): object => ({
  requestId,
  lastSyncedSequence,
  lastSyncedAt: 900,
  totalMessageCount: 30,
  knownGaps: [{ startSeq: 23, endSeq: 24, detectedAt: 800 }],
  unreadCount: 2,
  lastReadSequence: 20,
  lastReadAt: 850,
  messageCount: 77,
  mediaSize: 12,
  lastAccessedAt: 950,
  serverRevision: '41',
  ...more,
});

export const messages = [
  ...[21, 22, 25, 26].map((sequence) => oldMessage(sequence, chatA, sequence)),
  oldMessage(28, chatA, 28),
  oldMessage(90, chatA, 1_700_000_000_000_000, { status: 'pending', tempId: 't-90' }),
  ...Array.from({ length: 1_200 }, (_, at) => oldMessage(1_000 + at, chatB, at + 1, { content: 'x'.repeat(at % 7) || '-' })),
  oldMessage(91, orphan, 4),
  oldMessage(92, chatB, 5_000, { content: undefined, fileName: undefined, _cachedAt: undefined, _syncVersion: undefined }),
];
export const metas = [
  oldMeta(chatA, 26),
  oldMeta(chatB, 1_200, { serverRevision: 'r-7', knownGaps: [] }),
  oldMeta(never, 0, { knownGaps: [] }),
];
export const tickets = [
  { id: uuid(0x70), title: 'as version 2 called it', statusId: 2, _cachedAt: 40 },
  { id: uuid(0x71), subject: 'whole', statusId: 1, requesterId: 'x', unreadCount: 4, _cachedAt: 41 },
];
export const ticketMeta = [{ key: 'cursor', value: 'c-9' }, { key: 'lastSync', at: 5 }];

/** Everything in the database, bare. */
export async function dump(
  factory: IDBFactory,
): Promise<{ version: number; rows: Record<string, Record<string, unknown>[]>; db: IDBDatabase }> {
  const db = await new Promise<IDBDatabase>((resolve) => {
    const request = factory.open(name);
    request.onsuccess = () => resolve(request.result);
  });
  const rows: Record<string, Record<string, unknown>[]> = {};
  for (const store of db.objectStoreNames) {
    rows[store] = await new Promise((resolve) => {
      const request = db.transaction(store).objectStore(store).getAll();
      request.onsuccess = () => resolve(request.result);
    });
  }
  return { version: db.version, rows, db };
}
