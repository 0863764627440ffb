/** The contract of the file-host port, run against every implementation. */
import { describe, expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import { walkFiles, type FileEntry, type FileHost } from '../media/file-host.ts';

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const byName = (a: FileEntry, b: FileEntry): number => (a.name < b.name ? -1 : 1);
const codeOf = (asked: Promise<unknown>): Promise<string> => asked.then(() => 'resolved', (error: unknown) => (error instanceof TabcachedError ? error.code : 'other'));

/** Declares the contract's tests. `open` gives a host without files. */
export function fileHostContract(kind: string, open: () => Promise<FileHost>): void {
  describe(`file host contract: ${kind}`, () => {
    const textAt = async (host: FileHost, ...path: string[]): Promise<string | null> => (await host.read(path))?.text() ?? null;

    test('a file is read as it was written, from bytes and from a Blob; what is not there is null', async () => {
      const host = await open();
      await host.write(['a', 'b', 'one'], bytes('first'));
      await host.write(['a', 'two'], new Blob(['second']));
      expect(await textAt(host, 'a', 'b', 'one')).toBe('first');
      expect(await textAt(host, 'a', 'two')).toBe('second');
      expect(await host.sizeBytes(['a', 'two'])).toBe(6);
      for (const path of [['a', 'three'], ['x', 'y'], ['a', 'b'], ['a', 'two', 'below a file']]) {
        expect(await host.read(path)).toBe(null);
        expect(await host.sizeBytes(path)).toBe(null);
      }
    });
    test('writing replaces the whole file', async () => {
      const host = await open();
      await host.write(['f'], bytes('long text'));
      await host.write(['f'], bytes('short'));
      expect(await textAt(host, 'f')).toBe('short');
      await host.write(['f'], bytes(''));
      expect(await host.sizeBytes(['f'])).toBe(0);
    });
    test('append adds to the end, creates what is not there, and answers the size', async () => {
      const host = await open();
      expect(await host.append(['logs', 'l'], bytes('one '))).toBe(4);
      expect(await host.append(['logs', 'l'], new Blob(['two']))).toBe(7);
      expect(await textAt(host, 'logs', 'l')).toBe('one two');
    });
    test('move renames, also into a new folder and over a file; without a file it rejects with NOT_FOUND', async () => {
      const host = await open();
      await host.write(['a', 'from'], bytes('moved'));
      await host.write(['c', 'old'], bytes('old'));
      await host.move(['a', 'from'], ['b', 'to']);
      expect([await textAt(host, 'a', 'from'), await textAt(host, 'b', 'to')]).toEqual([null, 'moved']);
      await host.move(['b', 'to'], ['c', 'old']);
      expect(await textAt(host, 'c', 'old')).toBe('moved');
      expect(await codeOf(host.move(['a', 'from'], ['c', 'old']))).toBe('NOT_FOUND');
      expect(await textAt(host, 'c', 'old')).toBe('moved');
    });
    test('delete removes a file or a whole folder, and is idempotent', async () => {
      const host = await open();
      await host.write(['a', 'b', 'one'], bytes('1'));
      await host.write(['a', 'two'], bytes('2'));
      await host.delete(['a', 'two']);
      await host.delete(['a', 'two']);
      await host.delete(['nowhere', 'two']);
      expect(await host.list(['a'])).toEqual([{ name: 'b', kind: 'folder', sizeBytes: 0 }]);
      await host.delete(['a']);
      expect(await host.list([])).toEqual([]);
    });
    test('list names files with sizes, and folders; a folder that is not there has nothing; a walk finds every file', async () => {
      const host = await open();
      await host.write(['a', 'one'], bytes('123'));
      await host.write(['a', 'b', 'two'], bytes('12345'));
      expect([...(await host.list(['a']))].sort(byName)).toEqual([
        { name: 'b', kind: 'folder', sizeBytes: 0 },
        { name: 'one', kind: 'file', sizeBytes: 3 },
      ]);
      expect(await host.list(['x', 'y'])).toEqual([]);
      const walked = await walkFiles(host, []);
      expect(walked.map(({ path, sizeBytes }) => `${path.join('/')} ${sizeBytes}`).sort()).toEqual(['a/b/two 5', 'a/one 3']);
    });
    test('#83 a path that leaves the root, or is no plain name, is refused by every method', async () => {
      const host = await open();
      for (const name of ['..', '.', '', 'a/b', 'a\\b', '/', 'A', 'ä', 'a.', 'a ', ' a', 'a\0', 'c:', 'x'.repeat(256)]) {
        const path = ['a', name];
        const asked = [host.read(path), host.sizeBytes(path), host.write(path, bytes('x')), host.append(path, bytes('x')), host.delete(path), host.list(path)];
        expect(await Promise.all([...asked, host.move(path, ['b']), host.move(['b'], path)].map(codeOf))).toEqual(Array(8).fill('INVALID'));
      }
      expect(await codeOf(host.delete([]))).toBe('INVALID');
      expect(await host.list([])).toEqual([]);
    });
  });
}
