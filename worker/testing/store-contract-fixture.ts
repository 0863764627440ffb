/** What the parts of the store's contract share: chats, stores with known rows, shorthands, and codes of outcomes. */
import { PROVISIONAL_BASE, TabcachedError, type CachedMessage } from '../../protocol/index.ts';
import type { Selection, Store } from '../store/store.ts';
import { message, uuid } from './store-records.ts';

export const chatA = uuid(0xa);
export const chatB = uuid(0xb);

/** The error's code, or `none`. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: unknown) => (error instanceof TabcachedError ? error.code : String(error)),
  );
}

/** Opens an empty store that nobody has claimed. */
export type Open = () => Promise<Store>;

/** A store that may be written. */
export async function claimed(open: Open): Promise<Store> {
  const store = await open();
  await store.claimWriter('build', 1);
  return store;
}

/** A store with ten rows and a pending one in one chat, three in another. */
export async function filled(open: Open): Promise<Store> {
  const store = await claimed(open);
  await store.write(['messages'], 'relaxed', async (tx) => {
    for (let at = 1; at <= 10; at++) await tx.put('messages', message(at, chatA, at, { _cachedAt: 100 - at }));
    for (let at = 1; at <= 3; at++) await tx.put('messages', message(20 + at, chatB, at * 10));
    await tx.put('messages', message(30, chatA, PROVISIONAL_BASE, { status: 'pending' }));
  });
  return store;
}

/** Selected messages. */
export const select = (store: Store, selection?: Selection<'messages'>): Promise<CachedMessage[]> =>
  store.read(['messages'], (tx) => tx.getAll('messages', selection));

/** Puts one message. */
export const put = (store: Store, row: CachedMessage): Promise<void> =>
  store.write(['messages'], 'relaxed', (tx) => tx.put('messages', row));
