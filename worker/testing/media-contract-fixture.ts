/**
 * What the parts of the contract of stored media have in common: a store with chats and files, and a recount.
 *
 * Owns: these. Knows no promise.
 */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { mediaId } from '../../protocol/index.ts';
import type { MediaStore, VerifiedBody } from '../media/media-store.ts';
import { emptyChat } from '../store/empty-records.ts';
import type { Store } from '../store/store.ts';
import { media as record, uuid } from './store-records.ts';

/** A media store of a test, and its surroundings. */
export interface MediaFixture {
  readonly media: MediaStore;
  /** The database under it; its writer is claimed. */
  readonly store: Store;
  /** Another store over the same database and bytes, as the next daemon makes it. With a store given, over that one: it may refuse. */
  reopen(over?: Store): Promise<MediaStore>;
  /** Deletes bytes behind the store's back. */
  lose(id: string, what: 'body' | 'thumbnail'): Promise<void>;
  /** Puts bytes there that nobody knows. */
  litter(): Promise<void>;
}

/** Chats of the files. */
export const chatA = uuid(0xa);
/** See {@link chatA}. */
export const chatB = uuid(0xb);
/** Tag of every part. */
export const etag = '"1"';

/** Lowercase hex SHA-256. */
export const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
/** A verified body of that text. */
export const body = (text: string, more: Partial<VerifiedBody> = {}): VerifiedBody => ({
  digest: hex(text),
  size: text.length,
  mimeType: 'image/png',
  verified: true,
  rest: new Blob([text]),
  ...more,
});
/** The record of a file of which nothing is held. */
export const fileOf = (filename: string, requestId = chatA): ReturnType<typeof record> => record(mediaId(requestId, filename), { requestId, filename, fileSize: 0 });
/** The text of bytes, or null. */
export const text = async (blob: Blob | null): Promise<string | null> => (blob ? blob.text() : null);

/** Counters must be those of a recount at every moment. */
export const expectCounted = async ({ media, store }: MediaFixture): Promise<void> => {
  const counted = await media.recount();
  const [stats, chats] = await store.read(['cache_stats', 'chat_meta'], (tx) => Promise.all([tx.get('cache_stats', 'stats'), tx.getAll('chat_meta')]));
  expect(stats ?? { mediaSize: 0, mediaCount: 0, totalSize: 0, messagesSize: 0 }).toMatchObject({ mediaSize: counted.mediaSize, mediaCount: counted.mediaCount });
  expect(stats?.totalSize ?? 0).toBe((stats?.messagesSize ?? 0) + counted.mediaSize);
  expect(await media.size()).toBe(counted.mediaSize);
  for (const chat of chats) expect([chat.requestId, chat.mediaSize]).toEqual([chat.requestId, counted.chats.get(chat.requestId) ?? 0]);
};
/** An empty store with both chats. */
export const ready = async (open: () => Promise<MediaFixture>): Promise<MediaFixture> => {
  const fixture = await open();
  await fixture.media.reconcile();
  await fixture.store.write(['chat_meta'], 'relaxed', async (tx) => {
    for (const chat of [chatA, chatB]) await tx.put('chat_meta', emptyChat(chat, 1));
  });
  return fixture;
};
/** A store with files of the first chat, of which nothing is held. */
export const withFiles = async (open: () => Promise<MediaFixture>, names: readonly string[]): Promise<MediaFixture> => {
  const fixture = await ready(open);
  for (const name of names) await fixture.media.add(fileOf(name));
  return fixture;
};
/** Ids of two files. */
export const a = mediaId(chatA, 'a.png');
/** See {@link a}. */
export const b = mediaId(chatA, 'b.png');
