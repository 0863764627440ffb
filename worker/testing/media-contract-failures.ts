/** The contract of stored media: a database that refuses, or is cut off in the middle. */
import { describe, expect, test } from 'vitest';
import { mediaId, TabcachedError } from '../../protocol/index.ts';
import type { MediaStore } from '../media/media-store.ts';
import type { Store } from '../store/store.ts';
import { chatA, etag, hex, body, fileOf, text, expectCounted, withFiles, a, b, type MediaFixture } from './media-contract-fixture.ts';
import { codeOf } from './store-contract-fixture.ts';

/** Declares these tests. */
export function mediaFailuresContract(open: () => Promise<MediaFixture>): void {
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
      const fixture = await withFiles(open, ['a.png', 'b.png', 'c.png', 'd.png']);
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
}
