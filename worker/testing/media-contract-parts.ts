/** The contract of stored media: parts, thumbnails, and what others do to the bytes. */
import { describe, expect, test } from 'vitest';
import { emptyChat } from '../store/empty-records.ts';
import { chatA, etag, body, fileOf, text, expectCounted, withFiles, a, b, type MediaFixture } from './media-contract-fixture.ts';
import { codeOf } from './store-contract-fixture.ts';

/** Declares these tests. */
export function mediaPartsContract(open: () => Promise<MediaFixture>): void {
  describe('partials', () => {
    test('#73 parts follow each other, survive the daemon, and become the beginning of the body', async () => {
      const fixture = await withFiles(open, ['a.png']);
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
      const fixture = await withFiles(open, ['a.png']);
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
      const fixture = await withFiles(open, ['a.png']);
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
      const fixture = await withFiles(open, ['a.png']);
      await fixture.media.append(a, 0, new Blob(['0123']), etag);
      expect(await codeOf(fixture.media.publish(a, body('0123456789', { rest: new Blob(['9']) }), 1))).toBe('INVALID');
      expect(await fixture.media.read(a, 'body')).toBeNull();
      await expectCounted(fixture);
    });
  });

  describe('thumbnails', () => {
    test('are read with their own type, replaced, counted; none is made for a record that is gone', async () => {
      const fixture = await withFiles(open, ['a.png']);
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
      const fixture = await withFiles(open, ['a.png', 'b.png']);
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
      const fixture = await withFiles(open, ['a.png', 'b.png']);
      for (const [id, content] of [[a, 'bytes of a'], [b, 'bytes of b']] as const) await fixture.media.publish(id, body(content), 1);
      await fixture.media.putThumbnail(b, new Blob(['tn']));
      await fixture.lose(a, 'body');
      await fixture.litter();
      const next = await fixture.reopen();
      expect(await next.reconcile()).toMatchObject({ missing: 1, orphans: 1, countersWrong: true });
      expect(await next.reconcile()).toEqual({ missing: 0, orphans: 0, countersWrong: false, left: 0 });
      expect(await next.size()).toBe(12);
      expect(await text(await next.read(b, 'body'))).toBe('bytes of b');
      expect(await next.read(a, 'body')).toBeNull();
      await expectCounted({ ...fixture, media: next });
    });

    test('reconcile corrects counters that somebody changed', async () => {
      const fixture = await withFiles(open, ['a.png']);
      await fixture.media.publish(a, body('bytes of a'), 1);
      await fixture.store.write(['chat_meta'], 'relaxed', async (tx) => tx.put('chat_meta', { ...emptyChat(chatA, 1), mediaSize: 99 }));
      const next = await fixture.reopen();
      expect((await next.reconcile()).countersWrong).toBe(true);
      await expectCounted({ ...fixture, media: next });
    });
  });
}
