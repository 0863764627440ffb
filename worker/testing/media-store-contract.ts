/**
 * The contract of stored media, run against every implementation.
 *
 * Owns: what both twins promise alike, over a database that may refuse or be cut off in the middle.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { mediaId, TabcachedError } from '../../protocol/index.ts';
import type { MediaStore, VerifiedBody } from '../media/media-store.ts';
import { emptyChat } from '../store/empty-records.ts';
import type { Store } from '../store/store.ts';
import { codeOf } from './store-contract-fixture.ts';
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

const chatA = uuid(0xa);
const chatB = uuid(0xb);
const etag = '"1"';

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
const body = (text: string, more: Partial<VerifiedBody> = {}): VerifiedBody => ({
  digest: hex(text),
  size: text.length,
  mimeType: 'image/png',
  verified: true,
  rest: new Blob([text]),
  ...more,
});
const fileOf = (filename: string, requestId = chatA): ReturnType<typeof record> => record(mediaId(requestId, filename), { requestId, filename, fileSize: 0 });
const text = async (blob: Blob | null): Promise<string | null> => (blob ? blob.text() : null);

/** Declares the contract's tests; `open` gives an empty store. */
export function mediaStoreContract(kind: MediaStore['kind'], open: () => Promise<MediaFixture>): void {
  /** Counters must be those of a recount at every moment. */
  const expectCounted = async ({ media, store }: MediaFixture): Promise<void> => {
    const counted = await media.recount();
    const [stats, chats] = await store.read(['cache_stats', 'chat_meta'], (tx) => Promise.all([tx.get('cache_stats', 'stats'), tx.getAll('chat_meta')]));
    expect(stats ?? { mediaSize: 0, mediaCount: 0, totalSize: 0, messagesSize: 0 }).toMatchObject({ mediaSize: counted.mediaSize, mediaCount: counted.mediaCount });
    expect(stats?.totalSize ?? 0).toBe((stats?.messagesSize ?? 0) + counted.mediaSize);
    expect(await media.size()).toBe(counted.mediaSize);
    for (const chat of chats) expect([chat.requestId, chat.mediaSize]).toEqual([chat.requestId, counted.chats.get(chat.requestId) ?? 0]);
  };
  const ready = async (): Promise<MediaFixture> => {
    const fixture = await open();
    await fixture.media.reconcile();
    await fixture.store.write(['chat_meta'], 'relaxed', async (tx) => {
      for (const chat of [chatA, chatB]) await tx.put('chat_meta', emptyChat(chat, 1));
    });
    return fixture;
  };
  const withFiles = async (names: readonly string[]): Promise<MediaFixture> => {
    const fixture = await ready();
    for (const name of names) await fixture.media.add(fileOf(name));
    return fixture;
  };
  const a = mediaId(chatA, 'a.png');
  const b = mediaId(chatA, 'b.png');

  describe(`media store contract: ${kind}`, () => {
    describe('records', () => {
      test('add stores a record once and answers what is there; get and list find it, also by chat', async () => {
        const { media } = await ready();
        expect(media.kind).toBe(kind);
        expect(await media.get(a)).toBeUndefined();
        const first = await media.add(fileOf('a.png'));
        expect(await media.add({ ...fileOf('a.png'), isPinned: true })).toEqual(first);
        await media.add(fileOf('a.png', chatB));
        expect(await media.get(a)).toEqual(first);
        expect((await media.list()).map(({ requestId }) => requestId)).toEqual([chatA, chatB]);
        expect((await media.list(chatB)).map(({ id }) => id)).toEqual([mediaId(chatB, 'a.png')]);
      });

      test('note changes what it names, takes away what is undefined, and makes no record', async () => {
        const { media } = await withFiles(['a.png']);
        await media.note(a, { isPinned: true, _error: { code: 'TIMEOUT', message: 'late' }, originalFilename: 'Scan.png' });
        expect(await media.note(a, { downloadStatus: 'failed', originalFilename: undefined })).toEqual({
          ...fileOf('a.png'),
          isPinned: true,
          downloadStatus: 'failed',
          _error: { code: 'TIMEOUT', message: 'late' },
        });
        expect(await media.note(b, { isPinned: true })).toBeUndefined();
        expect(await media.get(b)).toBeUndefined();
      });
    });

    describe('bodies', () => {
      test('D-2 publish makes a body readable, completes the record, and counts it', async () => {
        const fixture = await withFiles(['a.png']);
        const { media } = fixture;
        expect(await media.read(a, 'body')).toBeNull();
        const published = await media.publish(a, body('bytes of a'), 500);
        expect(published).toEqual(await media.get(a));
        expect(published).toMatchObject({ downloadStatus: 'completed', downloadProgress: 100, downloadedAt: 500, fileSize: 10, mimeType: 'image/png', sha256Hash: hex('bytes of a'), isVerified: true });
        const read = await media.read(a, 'body');
        expect([read?.type, await text(read)]).toEqual(['image/png', 'bytes of a']);
        expect(await media.size()).toBe(10);
        await expectCounted(fixture);
      });

      test('a body without a digest of the server is not marked verified; an error of before is gone', async () => {
        const { media } = await withFiles(['a.png']);
        await media.note(a, { downloadStatus: 'failed', _error: { code: 'TIMEOUT', message: 'late' } });
        const published = await media.publish(a, body('x', { verified: false }), 1);
        expect(published).toMatchObject({ sha256Hash: null, isVerified: false });
        expect(published).not.toHaveProperty('_error');
      });

      test('an empty body is a body', async () => {
        const fixture = await withFiles(['a.png']);
        await fixture.media.publish(a, body(''), 1);
        expect(await text(await fixture.media.read(a, 'body'))).toBe('');
        await expectCounted(fixture);
      });

      test('publish for a record that is gone stores nothing', async () => {
        const fixture = await ready();
        expect(await fixture.media.publish(a, body('x'), 1)).toBeUndefined();
        expect(await fixture.media.size()).toBe(0);
        await expectCounted(fixture);
      });

      test('publishing other bytes for the same file replaces them', async () => {
        const fixture = await withFiles(['a.png']);
        await fixture.media.publish(a, body('first'), 1);
        await fixture.media.publish(a, body('second one'), 2);
        expect(await text(await fixture.media.read(a, 'body'))).toBe('second one');
        expect(await fixture.media.size()).toBe(10);
        await expectCounted(fixture);
      });

      test('D-2 evict frees body, partial and thumbnail, and keeps record and pin', async () => {
        const fixture = await withFiles(['a.png']);
        const { media } = fixture;
        await media.publish(a, body('0123456789'), 1);
        await media.putThumbnail(a, new Blob(['tn'], { type: 'image/webp' }));
        await media.note(a, { isPinned: true });
        expect(await media.evict(a)).toBe(12);
        expect(await media.get(a)).toMatchObject({ localBlobKey: null, downloadStatus: 'pending', downloadProgress: 0, downloadedAt: null, isVerified: false, isPinned: true, fileSize: 10 });
        expect(await media.read(a, 'body')).toBeNull();
        expect(await media.read(a, 'thumbnail')).toBeNull();
        expect(await media.size()).toBe(0);
        expect(await media.evict(a)).toBe(0);
        await media.putThumbnail(a, new Blob(['tn'], { type: 'image/webp' }));
        expect(await media.evict(a)).toBe(2);
        await expectCounted(fixture);
      });

      test('D-5 remove takes everything of a file, and a second time nothing', async () => {
        const fixture = await withFiles(['a.png', 'b.png']);
        const { media } = fixture;
        await media.publish(a, body('0123456789'), 1);
        await media.putThumbnail(a, new Blob(['tn']));
        await media.append(b, 0, new Blob(['part']), etag);
        expect(await media.remove(a)).toBe(12);
        expect(await media.remove(b)).toBe(4);
        expect(await media.remove(a)).toBe(0);
        expect(await media.list()).toEqual([]);
        expect(await media.size()).toBe(0);
        await expectCounted(fixture);
      });

      test('a file whose name is the beginning of another keeps its own', async () => {
        const names = ['a', 'a:', 'a.thumb', 'thumb:1:a', 'A', 'a:0000000000000000'];
        const fixture = await withFiles(names);
        for (const name of names) await fixture.media.append(mediaId(chatA, name), 0, new Blob([`part of ${name}`]), etag);
        for (const name of names) await fixture.media.putThumbnail(mediaId(chatA, name), new Blob([`picture of ${name}`]));
        for (const name of names.slice(0, 3)) {
          const whole = `part of ${name} and rest`;
          await fixture.media.publish(mediaId(chatA, name), body(whole, { rest: new Blob([' and rest']) }), 1);
        }
        for (const name of names) {
          const id = mediaId(chatA, name);
          expect(await text(await fixture.media.read(id, 'thumbnail'))).toBe(`picture of ${name}`);
          if (names.indexOf(name) < 3) expect(await text(await fixture.media.read(id, 'body'))).toBe(`part of ${name} and rest`);
          else expect(await text(await fixture.media.readPartial(id))).toBe(`part of ${name}`);
        }
        await expectCounted(fixture);
      });
    });

    describe('same digest', () => {
      const c = mediaId(chatB, 'c.png');
      const shared = async (): Promise<MediaFixture> => {
        const fixture = await withFiles(['a.png', 'b.png']);
        await fixture.media.add(fileOf('c.png', chatB));
        for (const id of [a, b, c]) await fixture.media.publish(id, body('same bytes'), 1);
        return fixture;
      };

      test('D-4 #76 three files of two chats are one body, counted once; each reads it', async () => {
        const fixture = await shared();
        expect(await fixture.media.size()).toBe(10);
        expect((await fixture.media.recount()).mediaCount).toBe(3);
        for (const id of [a, b, c]) expect(await text(await fixture.media.read(id, 'body'))).toBe('same bytes');
        await expectCounted(fixture);
      });

      test('D-4 #76 evicting or removing one, the first or another, keeps the others; the last one frees the bytes', async () => {
        for (const order of [[a, b, c], [c, a, b], [b, c, a]]) {
          const fixture = await shared();
          const [first = '', second = '', third = ''] = order;
          expect(await fixture.media.evict(first)).toBe(0);
          await expectCounted(fixture);
          expect(await text(await fixture.media.read(second, 'body'))).toBe('same bytes');
          expect(await fixture.media.remove(second)).toBe(0);
          expect(await text(await fixture.media.read(third, 'body'))).toBe('same bytes');
          await expectCounted(fixture);
          expect(await fixture.media.remove(third)).toBe(10);
          expect(await fixture.media.size()).toBe(0);
          await expectCounted(fixture);
        }
      });

      test('two publishes of one digest at once store it once', async () => {
        const fixture = await withFiles(['a.png', 'b.png']);
        await Promise.all([a, b].map((id) => fixture.media.publish(id, body('same bytes'), 1)));
        expect(await fixture.media.size()).toBe(10);
        for (const id of [a, b]) expect(await text(await fixture.media.read(id, 'body'))).toBe('same bytes');
        await expectCounted(fixture);
      });

      test('each file keeps the type it was published with', async () => {
        const fixture = await withFiles(['a.png', 'b.png']);
        await fixture.media.publish(a, body('same'), 1);
        await fixture.media.publish(b, body('same', { mimeType: 'application/octet-stream' }), 1);
        expect([(await fixture.media.read(a, 'body'))?.type, (await fixture.media.read(b, 'body'))?.type]).toEqual(['image/png', 'application/octet-stream']);
      });
    });

    describe('partials', () => {
      test('#73 parts follow each other, survive the daemon, and become the beginning of the body', async () => {
        const fixture = await withFiles(['a.png']);
        await fixture.media.append(a, 0, new Blob(['01234']), etag);
        expect((await fixture.media.append(a, 5, new Blob(['567']), etag))._partial).toEqual({ size: 8, etag });
        await expectCounted(fixture);
        const next = await fixture.reopen();
        await next.reconcile();
        expect((await next.get(a))?._partial).toEqual({ size: 8, etag });
        expect(await text(await next.readPartial(a))).toBe('01234567');
        expect(await next.read(a, 'body')).toBeNull();
        const published = await next.publish(a, body('0123456789', { rest: new Blob(['89']) }), 1);
        expect(published).not.toHaveProperty('_partial');
        expect(await next.get(a)).toEqual(published);
        expect(await text(await next.read(a, 'body'))).toBe('0123456789');
        expect(await next.readPartial(a)).toBeNull();
        expect(await next.size()).toBe(10);
        await expectCounted(fixture);
      });

      test('a part that does not follow, or has another tag, or no record, is refused and changes nothing', async () => {
        const fixture = await withFiles(['a.png']);
        const { media } = fixture;
        await media.append(a, 0, new Blob(['01234']), etag);
        expect(await codeOf(media.append(a, 4, new Blob(['x']), etag))).toBe('INVALID');
        expect(await codeOf(media.append(a, 0, new Blob(['x']), etag))).toBe('INVALID');
        expect(await codeOf(media.append(a, 5, new Blob(['x']), '"2"'))).toBe('INVALID');
        expect(await codeOf(media.append(b, 0, new Blob(['x']), etag))).toBe('INVALID');
        expect(await text(await media.readPartial(a))).toBe('01234');
        await expectCounted(fixture);
      });

      test('a discarded partial is gone and another one can begin', async () => {
        const fixture = await withFiles(['a.png']);
        const { media } = fixture;
        await media.append(a, 0, new Blob(['01234']), etag);
        await media.append(a, 5, new Blob(['5']), etag);
        await media.discardPartial(a);
        await media.discardPartial(a);
        expect(await media.get(a)).toEqual(fileOf('a.png'));
        expect(await media.size()).toBe(0);
        await media.append(a, 0, new Blob(['new']), '"2"');
        expect(await text(await media.readPartial(a))).toBe('new');
        await expectCounted(fixture);
      });

      test('a body that is not as long as was announced is refused', async () => {
        const fixture = await withFiles(['a.png']);
        await fixture.media.append(a, 0, new Blob(['0123']), etag);
        expect(await codeOf(fixture.media.publish(a, body('0123456789', { rest: new Blob(['9']) }), 1))).toBe('INVALID');
        expect(await fixture.media.read(a, 'body')).toBeNull();
        await expectCounted(fixture);
      });
    });

    describe('thumbnails', () => {
      test('are read with their own type, replaced, counted; none is made for a record that is gone', async () => {
        const fixture = await withFiles(['a.png']);
        const { media } = fixture;
        expect(await media.read(a, 'thumbnail')).toBeNull();
        await media.putThumbnail(a, new Blob(['small'], { type: 'image/png' }));
        await media.putThumbnail(a, new Blob(['tiny'], { type: 'image/webp' }));
        const read = await media.read(a, 'thumbnail');
        expect([read?.type, await text(read)]).toEqual(['image/webp', 'tiny']);
        expect(await media.size()).toBe(4);
        expect(await media.putThumbnail(b, new Blob(['x']))).toBeUndefined();
        await expectCounted(fixture);
      });
    });

    describe('what others do', () => {
      test('#84 a body or thumbnail deleted behind our back is a miss, not an error; counters follow', async () => {
        const fixture = await withFiles(['a.png', 'b.png']);
        const { media } = fixture;
        for (const id of [a, b]) await media.publish(id, body('same bytes'), 1);
        await media.putThumbnail(a, new Blob(['tn']));
        await fixture.lose(a, 'body');
        expect(await media.read(a, 'body')).toBeNull();
        expect(await media.get(a)).toMatchObject({ localBlobKey: null, downloadStatus: 'pending' });
        expect(await media.read(b, 'body')).toBeNull();
        await fixture.lose(a, 'thumbnail');
        expect(await media.read(a, 'thumbnail')).toBeNull();
        expect((await media.get(a))?.thumbnailBlobKey).toBeNull();
        await expectCounted(fixture);
        await media.publish(a, body('same bytes'), 1);
        expect(await text(await media.read(a, 'body'))).toBe('same bytes');
        await expectCounted(fixture);
      });

      test('#84 reconcile: lost bytes are misses, unknown bytes are deleted, counters are right again', async () => {
        const fixture = await withFiles(['a.png', 'b.png']);
        for (const [id, content] of [[a, 'bytes of a'], [b, 'bytes of b']] as const) await fixture.media.publish(id, body(content), 1);
        await fixture.media.putThumbnail(b, new Blob(['tn']));
        await fixture.lose(a, 'body');
        await fixture.litter();
        const next = await fixture.reopen();
        expect(await next.reconcile()).toMatchObject({ missing: 1, orphans: 1, countersWrong: true });
        expect(await next.reconcile()).toEqual({ missing: 0, orphans: 0, countersWrong: false });
        expect(await next.size()).toBe(12);
        expect(await text(await next.read(b, 'body'))).toBe('bytes of b');
        expect(await next.read(a, 'body')).toBeNull();
        await expectCounted({ ...fixture, media: next });
      });

      test('reconcile corrects counters that somebody changed', async () => {
        const fixture = await withFiles(['a.png']);
        await fixture.media.publish(a, body('bytes of a'), 1);
        await fixture.store.write(['chat_meta'], 'relaxed', async (tx) => tx.put('chat_meta', { ...emptyChat(chatA, 1), mediaSize: 99 }));
        const next = await fixture.reopen();
        expect((await next.reconcile()).countersWrong).toBe(true);
        await expectCounted({ ...fixture, media: next });
      });
    });

    describe('failures', () => {
      /** The database, which refuses every write from the n-th on, with that code. */
      const refusing = (store: Store, from: number): Store => {
        let writes = 0;
        return {
          ...store,
          write: (stores, durability, work) => {
            writes += 1;
            if (writes < from) return store.write(stores, durability, work);
            // At its end, as a full disk does.
            return store.write(stores, durability, async (tx) => {
              await work(tx);
              throw new TabcachedError('STORAGE_FAILED', 'QuotaExceededError: full');
            });
          },
        };
      };
      type Act = (media: MediaStore) => Promise<unknown>;
      const acts: readonly (readonly [string, Act])[] = [
        ['add', (media) => media.add(fileOf('n.png'))],
        ['note', (media) => media.note(a, { isPinned: true })],
        ['append', (media) => media.append(b, 4, new Blob(['more']), etag)],
        ['discardPartial', (media) => media.discardPartial(b)],
        ['publish new', (media) => media.publish(b, body('partrest', { rest: new Blob(['rest']) }), 1)],
        ['publish over', (media) => media.publish(a, body('other bytes'), 1)],
        ['publish shared', (media) => media.publish(a, body('bytes of c'), 1)],
        ['putThumbnail', (media) => media.putThumbnail(a, new Blob(['another']))],
        ['evict', (media) => media.evict(a)],
        ['evict shared', (media) => media.evict(mediaId(chatA, 'd.png'))],
        ['remove', (media) => media.remove(a)],
        ['remove shared', (media) => media.remove(mediaId(chatA, 'c.png'))],
      ];
      const filled = async (): Promise<MediaFixture> => {
        const fixture = await withFiles(['a.png', 'b.png', 'c.png', 'd.png']);
        await fixture.media.publish(a, body('bytes of a'), 1);
        await fixture.media.putThumbnail(a, new Blob(['tn']));
        await fixture.media.append(b, 0, new Blob(['pa']), etag);
        await fixture.media.append(b, 2, new Blob(['rt']), etag);
        for (const name of ['c.png', 'd.png']) await fixture.media.publish(mediaId(chatA, name), body('bytes of c'), 1);
        return fixture;
      };
      /** Whatever is said to be held can be read and is what its digest says. */
      const expectSound = async (fixture: MediaFixture): Promise<void> => {
        for (const known of await fixture.media.list()) {
          const read = await text(await fixture.media.read(known.id, 'body'));
          expect([known.id, read !== null]).toEqual([known.id, known.localBlobKey !== null]);
          if (read !== null) expect([known.id, hex(read)]).toEqual([known.id, known.sha256Hash]);
          if (known._partial) expect((await fixture.media.readPartial(known.id))?.size).toBe(known._partial.size);
          if (known.thumbnailBlobKey !== null) expect((await fixture.media.read(known.id, 'thumbnail'))?.size).toBe(known._thumbnailSize);
        }
      };

      test.each(acts)('%s that storage refuses at any write rejects, leaves everything sound, and can be repeated', async (_, act) => {
        for (let at = 1; ; at += 1) {
          const fixture = await filled();
          const cut = await fixture.reopen(refusing(fixture.store, at));
          const outcome = await codeOf(act(cut));
          await expectSound(fixture);
          await expectCounted(fixture);
          if (outcome === 'none') break;
          expect(outcome).toBe('STORAGE_FAILED');
          await act(fixture.media);
          await expectSound(fixture);
          await expectCounted(fixture);
        }
      });

      test.each(acts)('%s that is cut off after any write is put right by the next daemon', async (_, act) => {
        for (let at = 1; at <= 6; at += 1) {
          const fixture = await filled();
          const cut = await fixture.reopen(refusing(fixture.store, at));
          await act(cut).catch(() => undefined);
          const media = await fixture.reopen();
          await media.reconcile();
          const next = { ...fixture, media };
          await expectSound(next);
          await expectCounted(next);
          // What had come through is refused the second time, as it should be.
          const outcome = await codeOf(act(media));
          expect(['none', 'INVALID']).toContain(outcome);
          await expectSound(next);
          await expectCounted(next);
        }
      });

      test('T-2 a writer that was replaced changes nothing', async () => {
        const fixture = await filled();
        const before = await fixture.media.list();
        await fixture.store.write(['ticket_meta'], 'relaxed', (tx) => tx.put('ticket_meta', { key: '_writer', value: { generation: 99, buildId: 'next', claimedAt: 1 } }));
        for (const [name, act] of acts) expect([name, await codeOf(act(fixture.media))]).toEqual([name, 'FENCED']);
        expect(await fixture.media.list()).toEqual(before);
        expect(await text(await fixture.media.read(a, 'body'))).toBe('bytes of a');
      });
    });
  });
}
