/**
 * The floor: what a SharedWorker written by hand for nothing but this measurement does. No schema, no protocol, no sync.
 *
 * Rows go to bare ports as objects, one `postMessage` a port. Reads are one `getAll` on the index.
 */
import { bareFiles } from './bare-files.ts';
import { BARE_LEASE, pause, takeOrders, type Answer, type Order } from './commands.ts';
import { chatId, chatNumber, sharedNow, storedChat, storedMessage, USER_ID } from './rows.ts';
import { databaseName } from 'tabcached/protocol';

/** What a tab asks over its bare port. */
export type BareRequest = { readonly kind: 'warm' | 'disk'; readonly requestId: string };

const ports: MessagePort[] = [];
const warm = new Map<string, readonly unknown[]>();
const heads = new Map<number, number>();
const headOf = (chat: number): number => heads.get(chat) ?? 50;

/** `getAll` with a direction is not in the typings yet. */
interface DirectedIndex {
  getAll(options: { query: IDBKeyRange; count: number; direction: 'prev' }): IDBRequest<unknown[]>;
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

let cache: Promise<IDBDatabase> | null = null;
/** The database that the daemon filled, on a connection of our own. */
const openCache = (): Promise<IDBDatabase> => (cache ??= done(indexedDB.open(databaseName(USER_ID))));

async function readNewest(requestId: string): Promise<unknown[]> {
  const database = await openCache();
  const index = database.transaction('messages').objectStore('messages').index('by_request_sequence');
  const query = IDBKeyRange.bound([requestId, 1], [requestId, 2 ** 52], false, true);
  const rows = await done((index as unknown as DirectedIndex).getAll({ query, count: 50, direction: 'prev' }));
  return rows.reverse();
}

function warmRows(requestId: string): readonly unknown[] {
  let rows = warm.get(requestId);
  if (!rows) {
    const chat = chatNumber(requestId);
    const head = headOf(chat);
    rows = Array.from({ length: 50 }, (_, i) => storedMessage(chat, head - 49 + i));
    warm.set(requestId, rows);
  }
  return rows;
}

async function burst({ chat, count, everyMs }: Extract<Order, { kind: 'burst' }>): Promise<Answer> {
  const first = headOf(chat) + 1;
  heads.set(chat, headOf(chat) + count);
  const rows = Array.from({ length: count }, (_, i) => storedMessage(chat, first + i));
  const began: [number, number][] = [];
  for (const row of rows) {
    began.push([row.sequenceNumber, sharedNow()]);
    for (const port of ports) port.postMessage({ requestId: chatId(chat), rows: [row] });
    await pause(everyMs);
  }
  return began;
}

/** A database with the stores that a delta touches, and the same indexes. */
async function openBareStore(): Promise<IDBDatabase> {
  const opening = indexedDB.open('bare', 1);
  opening.onupgradeneeded = () => {
    const messages = opening.result.createObjectStore('messages', { keyPath: 'id' });
    messages.createIndex('by_request', 'requestId');
    messages.createIndex('by_request_sequence', ['requestId', 'sequenceNumber'], { unique: true });
    messages.createIndex('by_cached_at', '_cachedAt');
    const chats = opening.result.createObjectStore('chat_meta', { keyPath: 'requestId' });
    chats.createIndex('by_last_accessed', 'lastAccessedAt');
  };
  return done(opening);
}

async function ingest({ chat, deltas, size }: Extract<Order, { kind: 'ingest' }>): Promise<Answer> {
  const database = await openBareStore();
  const first = headOf(chat) + 1;
  const pages = Array.from({ length: deltas }, (_, page) => Array.from({ length: size }, (_unused, i) => storedMessage(chat, first + page * size + i)));
  const began = sharedNow();
  for (const rows of pages) {
    const transaction = database.transaction(['messages', 'chat_meta'], 'readwrite', { durability: 'relaxed' });
    const store = transaction.objectStore('messages');
    for (const row of rows) store.put(row);
    transaction.objectStore('chat_meta').put(storedChat(chat, rows.at(-1)?.sequenceNumber ?? 0, Date.now()));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
  }
  const ended = sharedNow();
  database.close();
  return [
    [0, began],
    [1, ended],
  ];
}

void navigator.locks.request(BARE_LEASE, () => new Promise(() => undefined));

takeOrders('bare', async (order) => {
  if (order.kind === 'burst') return burst(order);
  if (order.kind === 'ingest') return ingest(order);
  if (order.kind === 'die') {
    const at = sharedNow();
    setTimeout(() => close());
    return [[0, at]];
  }
  if (order.kind === 'files') return bareFiles(order.how, order.from, order.count);
  for (let chat = order.from; chat < order.from + order.count; chat++) heads.set(chat, order.head);
  return [];
});

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (!port) return;
  ports.push(port);
  port.addEventListener('message', ({ data }: MessageEvent<BareRequest>) => {
    if (data.kind === 'warm') port.postMessage({ requestId: data.requestId, rows: warmRows(data.requestId) });
    else void readNewest(data.requestId).then((rows) => port.postMessage({ requestId: data.requestId, rows }));
  });
  port.start();
});
