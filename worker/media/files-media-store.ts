/**
 * Stored media in files: the data model's layout over a file host, records in the database. Twin of `blob-media-store.ts`.
 *
 * Owns: parts, thumbnails, and the order of what happens to files and records. What a body is and whose is in `file-bodies.ts`, putting right
 * what is found at the start in `files-reconcile.ts`.
 */
import { TabcachedError } from '../../protocol/errors.ts';
import type { Clock } from '../env.ts';
import { generationOf, WRITER_KEY } from '../store/fence.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { createFileBodies, dropping } from './file-bodies.ts';
import { walkFiles, type FileHost, type FilePath } from './file-host.ts';
import { filePaths, keyOfPath, MEDIA_FOLDER, pathOfKey, type FilePaths } from './file-paths.ts';
import { reconcileFiles } from './files-reconcile.ts';
import { bodiless, countRecords, isHeld, listRecords, recordStores, unpictured, withPartial, writeRecord } from './media-records.ts';
import type { MediaRecord, MediaStore } from './media-store.ts';
import { recordCalls } from './record-calls.ts';

/** The media store over a database for the records and a folder for the bytes. Nobody else writes below `cache/media` there. `onLeft`: a file that nobody needs could not be deleted. */
export function createFilesMediaStore(store: Store, files: FileHost, clock: Clock, onLeft: () => void = () => undefined): MediaStore {
  const drop = dropping(files, onLeft);
  const calls = recordCalls(store, clock);
  const write = <T>(work: (tx: WriteTransaction) => Promise<T>): Promise<T> => store.write(recordStores, 'relaxed', work);
  const invalid = (message: string): TabcachedError => new TabcachedError('INVALID', message);

  let generation: Promise<number> | null = null;
  const writerGeneration = (): Promise<number> =>
    (generation ??= store.read(['ticket_meta'], async (tx) => generationOf(await tx.get('ticket_meta', WRITER_KEY))).catch((error: unknown) => {
      generation = null;
      throw error;
    }));
  const paths = async (record: MediaRecord): Promise<FilePaths> => filePaths(record, await writerGeneration());

  const bodies = createFileBodies(store, files, onLeft, clock, paths);
  let last: Promise<unknown> = Promise.resolve();
  /** Bodies are shared over files, so what changes them is done one after the other. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };

  /** Makes a part as long as its record says: a daemon that was killed may have left more. */
  const cutTo = async (path: FilePath, size: number): Promise<void> => {
    const held = await files.read(path);
    if ((held?.size ?? 0) === size) return;
    if (size === 0) return files.delete(path);
    if (!held || held.size < size) throw invalid(`Less than the ${size} bytes of the part that were received are there.`);
    await files.write(path, held.slice(0, size));
  };

  const partOf = async (record: MediaRecord, { part }: FilePaths): Promise<Blob | null> => {
    const size = record._partial?.size ?? 0;
    const held = size === 0 ? null : await files.read(part);
    return held && held.size >= size ? held.slice(0, size) : null;
  };

  const letGo = async (id: string, all: boolean, mayGo: (record: MediaRecord) => boolean): Promise<number> => {
    const record = await calls.get(id);
    if (!record || !mayGo(record) || (!all && !record._partial && record.thumbnailBlobKey === null && !isHeld(record))) return 0;
    const at = await paths(record);
    const others = (record._partial?.size ?? 0) + (record._thumbnailSize ?? 0);
    const freed = await bodies.release(id, (before) => (all ? undefined : withPartial(unpictured(bodiless(before)), 0, '')), others);
    await drop(at.part);
    await drop(at.thumbnail);
    return freed + others;
  };

  return {
    ...calls,
    kind: 'files',

    append: async (id, offset, bytes, etag) => {
      const known = await calls.get(id);
      const size = known?._partial?.size ?? 0;
      if (!known || size !== offset || (known._partial && known._partial.etag !== etag)) {
        throw invalid(`${bytes.size} bytes at ${offset} do not follow the ${size} that are held.`);
      }
      const { part } = await paths(known);
      await cutTo(part, offset);
      try {
        // A cleaner may have come since the part was looked at: then what follows it is no beginning.
        const heldBytes = await files.append(part, bytes);
        if (heldBytes !== offset + bytes.size) throw invalid(`The part has ${heldBytes} bytes with these, and not ${offset + bytes.size}.`);
        return await write(async (tx) => {
          const before = await tx.get('media_meta', id);
          if (!before) throw invalid('The file is not known any more.');
          const after = withPartial(before, offset + bytes.size, etag);
          await writeRecord(tx, { before, after, storedBytes: bytes.size, now: clock.now() });
          return after;
        });
      } catch (error) {
        await cutTo(part, offset).catch(onLeft);
        throw error;
      }
    },
    readPartial: async (id) => {
      const record = await calls.get(id);
      return record ? partOf(record, await paths(record)) : null;
    },
    discardPartial: async (id) => {
      const record = await calls.get(id);
      if (!record?._partial) return;
      await write(async (tx) => {
        const before = await tx.get('media_meta', id);
        if (before) await writeRecord(tx, { before, after: withPartial(before, 0, ''), storedBytes: -(before._partial?.size ?? 0), now: clock.now() });
      });
      await drop((await paths(record)).part);
    },

    publish: async (id, body, now) => {
      const record = await calls.get(id);
      if (!record) return undefined;
      const at = await paths(record);
      const begun = await partOf(record, at);
      const whole = begun ? new Blob([begun, body.rest]) : body.rest;
      if ((record._partial && !begun) || whole.size !== body.size) throw invalid(`A body of ${body.size} bytes was announced, ${whole.size} are there.`);
      let written = false;
      const toTemp = async (): Promise<void> => {
        written = true;
        await files.write(at.temp, whole);
        if ((await files.sizeBytes(at.temp)) !== body.size) throw new TabcachedError('STORAGE_FAILED', 'The file did not take all bytes.');
      };
      try {
        // The long part first, so that nobody waits for it.
        if (!(await bodies.ownerOf(body.digest))) await toTemp();
        const published = await alone(async () => {
          const owner = await bodies.ownerOf(body.digest);
          if (owner) return bodies.share(owner, id, body, now);
          if (!written) await toTemp();
          return bodies.place(id, at, body, now);
        });
        if (begun) await drop(at.part);
        return published;
      } finally {
        if (written) await drop(at.temp);
      }
    },
    putThumbnail: async (id, thumbnail) => {
      const record = await calls.get(id);
      if (!record) return undefined;
      const { thumbnail: path } = await paths(record);
      const older = await files.read(path);
      const kept = older && new Uint8Array(await older.arrayBuffer());
      await store.write(['media_meta'], 'relaxed', () => Promise.resolve());
      try {
        await files.write(path, thumbnail);
        const put = await write(async (tx) => {
          const before = await tx.get('media_meta', id);
          if (!before) return undefined;
          const after: MediaRecord = { ...before, thumbnailBlobKey: keyOfPath(path), _thumbnailSize: thumbnail.size, _thumbnailType: thumbnail.type };
          await writeRecord(tx, { before, after, storedBytes: thumbnail.size - (before._thumbnailSize ?? 0), now: clock.now() });
          return after;
        });
        if (!put) await drop(path);
        return put;
      } catch (error) {
        await (kept ? files.write(path, kept).catch(onLeft) : drop(path));
        throw error;
      }
    },
    read: async (id, what) => {
      const record = await calls.get(id);
      const key = what === 'body' ? record?.localBlobKey : record?.thumbnailBlobKey;
      if (!record || key == null) return null;
      const [size, type] = what === 'body' ? [record.fileSize, record.mimeType] : [record._thumbnailSize ?? 0, record._thumbnailType ?? ''];
      const held = await files.read(pathOfKey(key));
      if (held?.size === size) return held.slice(0, size, type);
      if (what === 'body') await alone(() => bodies.miss(id));
      else {
        await write(async (tx) => {
          const before = await tx.get('media_meta', id);
          if (before) await writeRecord(tx, { before, after: unpictured(before), storedBytes: -(before._thumbnailSize ?? 0), now: clock.now() });
        });
        await drop(pathOfKey(key));
      }
      return null;
    },

    evict: (id, mayGo = () => true) => alone(() => letGo(id, false, mayGo)),
    remove: (id) => alone(() => letGo(id, true, () => true)),

    recount: async () => {
      const [records, found] = await Promise.all([store.read(['media_meta'], (tx) => listRecords(tx)), walkFiles(files, MEDIA_FOLDER)]);
      return { ...countRecords(records), mediaSize: found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
    },
    reconcile: async () => {
      bodies.lookAnew();
      return reconcileFiles(store, files, await writerGeneration(), clock.now());
    },
    close: () => undefined,
  };
}
