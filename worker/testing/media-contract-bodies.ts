/** The contract of stored media: records, bodies, and bodies that files share. */
import { describe, expect, test } from 'vitest';
import type { MediaStore } from '../media/media-store.ts';
import { mediaId } from '../../protocol/index.ts';
import { chatA, chatB, etag, hex, body, fileOf, text, expectCounted, ready, withFiles, a, b, type MediaFixture } from './media-contract-fixture.ts';

/** Declares these tests. */
export function mediaBodiesContract(kind: MediaStore['kind'], open: () => Promise<MediaFixture>): void {
  describe('records', () => {
    test('add stores a record once and answers what is there; get and list find it, also by chat', async () => {
      const { media } = await ready(open);
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
      const { media } = await withFiles(open, ['a.png']);
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
      const fixture = await withFiles(open, ['a.png']);
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
      const { media } = await withFiles(open, ['a.png']);
      await media.note(a, { downloadStatus: 'failed', _error: { code: 'TIMEOUT', message: 'late' } });
      const published = await media.publish(a, body('x', { verified: false }), 1);
      expect(published).toMatchObject({ sha256Hash: null, isVerified: false });
      expect(published).not.toHaveProperty('_error');
    });

    test('an empty body is a body', async () => {
      const fixture = await withFiles(open, ['a.png']);
      await fixture.media.publish(a, body(''), 1);
      expect(await text(await fixture.media.read(a, 'body'))).toBe('');
      await expectCounted(fixture);
    });

    test('publish for a record that is gone stores nothing', async () => {
      const fixture = await ready(open);
      expect(await fixture.media.publish(a, body('x'), 1)).toBeUndefined();
      expect(await fixture.media.size()).toBe(0);
      await expectCounted(fixture);
    });

    test('publishing other bytes for the same file replaces them', async () => {
      const fixture = await withFiles(open, ['a.png']);
      await fixture.media.publish(a, body('first'), 1);
      await fixture.media.publish(a, body('second one'), 2);
      expect(await text(await fixture.media.read(a, 'body'))).toBe('second one');
      expect(await fixture.media.size()).toBe(10);
      await expectCounted(fixture);
    });

    test('D-2 evict frees body, partial and thumbnail, and keeps record and pin', async () => {
      const fixture = await withFiles(open, ['a.png']);
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
      const fixture = await withFiles(open, ['a.png', 'b.png']);
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
      const fixture = await withFiles(open, names);
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
      const fixture = await withFiles(open, ['a.png', 'b.png']);
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

    test('D-3 a file that may not go any more when it is evicted stays, whole', async () => {
      const fixture = await withFiles(open, ['a.png']);
      const { media } = fixture;
      await media.publish(a, body('0123456789'), 1);
      await media.putThumbnail(a, new Blob(['tn']));
      await media.note(a, { isPinned: true });
      expect(await media.evict(a, ({ isPinned }) => !isPinned)).toBe(0);
      expect(await text(await media.read(a, 'body'))).toBe('0123456789');
      expect(await text(await media.read(a, 'thumbnail'))).toBe('tn');
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
      const fixture = await withFiles(open, ['a.png', 'b.png']);
      await Promise.all([a, b].map((id) => fixture.media.publish(id, body('same bytes'), 1)));
      expect(await fixture.media.size()).toBe(10);
      for (const id of [a, b]) expect(await text(await fixture.media.read(id, 'body'))).toBe('same bytes');
      await expectCounted(fixture);
    });

    test('each file keeps the type it was published with', async () => {
      const fixture = await withFiles(open, ['a.png', 'b.png']);
      await fixture.media.publish(a, body('same'), 1);
      await fixture.media.publish(b, body('same', { mimeType: 'application/octet-stream' }), 1);
      expect([(await fixture.media.read(a, 'body'))?.type, (await fixture.media.read(b, 'body'))?.type]).toEqual(['image/png', 'application/octet-stream']);
    });
  });
}
