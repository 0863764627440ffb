/**
 * Bodies in files: which file has them, who shares them, and what becomes of them when one of those goes.
 *
 * Owns: one digest, one file (D-4): the first path owns the bytes, the others' records point to it; when the owner goes, the file is renamed
 * to one that stays. Order: a file is put in place before its record says so, and deleted after its record says so; a kill between the two
 * leaves a file that the next start removes, and so does a file that cannot be deleted, or the next putting right in the same life. Does not know partials being received.
 */
import type { Clock } from '../env.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import type { FileHost, FilePath } from './file-host.ts';
import { keyOfPath, pathOfKey, type FilePaths } from './file-paths.ts';
import { bodiless, completed, isHeld, recordStores, withPartial, writeRecord } from './media-records.ts';
import type { MediaRecord, VerifiedBody } from './media-store.ts';

/** Deletes a file that nobody needs; of one that stays somebody is told, so that all is put right later. Never rejects. */
export const dropping =
  (files: FileHost, onLeft: () => void): ((path: FilePath) => Promise<void>) =>
  (path) =>
    files.delete(path).catch(onLeft);

/** Bodies. One call at a time, of all of them. */
export interface FileBodies {
  /** The record that owns the file with these bytes, if it is still there. */
  ownerOf(digest: string): Promise<MediaRecord | undefined>;
  /** Points a file at the bytes of another one, or of itself. Undefined when the record is gone. */
  share(owner: MediaRecord, id: string, body: VerifiedBody, now: number): Promise<MediaRecord | undefined>;
  /** Renames a temporary file to the file's own path. Undefined when the record is gone. */
  place(id: string, at: FilePaths, body: VerifiedBody, now: number): Promise<MediaRecord | undefined>;
  /**
   * Changes a record that loses its body to what `next` makes of it; undefined: it is deleted. `alsoFreed` bytes of other files of it go in
   * the same transaction. Answers the body's bytes that were freed.
   */
  release(id: string, next: (record: MediaRecord) => MediaRecord | undefined, alsoFreed: number): Promise<number>;
  /** The file with a body is gone behind our back: it is a miss for all that shared it. */
  miss(id: string): Promise<void>;
  /** Records were put right: who owns what may be another one now. */
  lookAnew(): void;
}

/** Creates them. `paths` names a record's files; `onLeft`: files and records are not as they should be until they are put right. */
export function createFileBodies(store: Store, files: FileHost, onLeft: () => void, clock: Clock, paths: (record: MediaRecord) => Promise<FilePaths>): FileBodies {
  const drop = dropping(files, onLeft);
  const write = <T>(work: (tx: WriteTransaction) => Promise<T>): Promise<T> => store.write(recordStores, 'relaxed', work);
  const get = (id: string): Promise<MediaRecord | undefined> => store.read(['media_meta'], (tx) => tx.get('media_meta', id));
  /** Throws `FENCED` before a file is touched, not after. */
  const checkFence = (): Promise<void> => store.write(['media_meta'], 'relaxed', () => Promise.resolve());

  /** A hint, always checked against the record: which file has the bytes of a digest. */
  let owners: Promise<Map<string, string>> | null = null;
  const ownersByDigest = (): Promise<Map<string, string>> =>
    (owners ??= store.read(['media_meta'], (tx) => tx.getAll('media_meta')).then(
      (records) => new Map(records.flatMap(({ id, _body }) => (_body && _body.owner === null ? [[_body.digest, id] as const] : []))),
      (error: unknown) => {
        owners = null;
        throw error;
      },
    ));

  const partialOf = (record: MediaRecord): number => record._partial?.size ?? 0;

  /** The file goes to the first of those that share it; its owner's record becomes what `next` makes of it. */
  const handOver = async (record: MediaRecord, next: (record: MediaRecord) => MediaRecord | undefined, alsoFreed: number): Promise<void> => {
    const body = record._body as NonNullable<MediaRecord['_body']>;
    const heir = (await get(body.refs[0] as string)) as MediaRecord;
    const [from, to] = [pathOfKey(record.localBlobKey as string), (await paths(heir)).body];
    await checkFence();
    await files.move(from, to);
    try {
      await write(async (tx) => {
        const [before, ...sharers] = await Promise.all([record.id, ...body.refs].map((id) => tx.get('media_meta', id)));
        for (const sharer of sharers as MediaRecord[]) {
          const mine = sharer.id === heir.id;
          const _body = { digest: body.digest, owner: mine ? null : heir.id, refs: mine ? body.refs.slice(1) : [] };
          void tx.put('media_meta', { ...sharer, localBlobKey: keyOfPath(to), _body });
        }
        await writeRecord(tx, { before, after: before && next(before), storedBytes: -alsoFreed, now: clock.now() });
      });
    } catch (error) {
      await files.move(to, from).catch(onLeft);
      throw error;
    }
    (await ownersByDigest()).set(body.digest, heir.id);
  };

  const release: FileBodies['release'] = async (id, next, alsoFreed) => {
    const record = await get(id);
    if (!record) return 0;
    if (isHeld(record) && (record._body?.refs.length ?? 0) > 0) {
      await handOver(record, next, alsoFreed);
      return 0;
    }
    const freed = isHeld(record) && !record._body?.owner ? record.fileSize : 0;
    await write(async (tx) => {
      const before = await tx.get('media_meta', id);
      const owner = record._body?.owner ? await tx.get('media_meta', record._body.owner) : undefined;
      if (owner?._body) void tx.put('media_meta', { ...owner, _body: { ...owner._body, refs: owner._body.refs.filter((ref) => ref !== id) } });
      await writeRecord(tx, { before, after: before && next(before), storedBytes: -freed - alsoFreed, now: clock.now() });
    });
    if (isHeld(record) && !record._body?.owner) await drop(pathOfKey(record.localBlobKey as string));
    return freed;
  };

  /** Before another body takes its place. */
  const letGo = async (record: MediaRecord | undefined): Promise<void> => {
    if (isHeld(record)) await release(record.id, bodiless, 0);
    else await checkFence();
  };

  const complete = async (tx: WriteTransaction, before: MediaRecord, body: VerifiedBody, key: string, _body: MediaRecord['_body'], added: number, now: number): Promise<MediaRecord> => {
    const after: MediaRecord = { ...withPartial(completed(before, body, key, now), 0, ''), _body };
    await writeRecord(tx, { before, after, storedBytes: added - partialOf(before), now });
    return after;
  };

  return {
    ownerOf: async (digest) => {
      const id = (await ownersByDigest()).get(digest);
      const record = id === undefined ? undefined : await get(id);
      if (!isHeld(record) || record._body?.digest !== digest || record._body.owner !== null) return undefined;
      return (await files.sizeBytes(pathOfKey(record.localBlobKey as string))) === record.fileSize ? record : undefined;
    },
    share: async (owner, id, body, now) => {
      const known = await get(id);
      if (isHeld(known) && known._body?.digest !== body.digest) await letGo(known);
      return write(async (tx) => {
        const [before, source] = await Promise.all([tx.get('media_meta', id), tx.get('media_meta', owner.id)]);
        if (!before || !source?._body) return undefined;
        const mine = source.id === id;
        if (!mine && !source._body.refs.includes(id)) void tx.put('media_meta', { ...source, _body: { ...source._body, refs: [...source._body.refs, id] } });
        return complete(tx, before, body, source.localBlobKey as string, mine ? source._body : { digest: body.digest, owner: source.id, refs: [] }, 0, now);
      });
    },
    place: async (id, at, body, now) => {
      await letGo(await get(id));
      try {
        await files.move(at.temp, at.body);
        const placed = await write(async (tx) => {
          const before = await tx.get('media_meta', id);
          return before && complete(tx, before, body, keyOfPath(at.body), { digest: body.digest, owner: null, refs: [] }, body.size, now);
        });
        if (placed) (await ownersByDigest()).set(body.digest, id);
        else await drop(at.body);
        return placed;
      } catch (error) {
        await drop(at.body);
        throw error;
      }
    },
    release,
    lookAnew: () => void (owners = null),
    miss: async (id) => {
      const record = await get(id);
      if (!isHeld(record)) return;
      const key = record.localBlobKey as string;
      await write(async (tx) => {
        const owner = await tx.get('media_meta', record._body?.owner ?? id);
        const members = await Promise.all([...new Set([id, ...(owner ? [owner.id, ...(owner._body?.refs ?? [])] : [])])].map((member) => tx.get('media_meta', member)));
        let lost = record.fileSize;
        for (const before of members) {
          if (!isHeld(before) || before.localBlobKey !== key) continue;
          await writeRecord(tx, { before, after: bodiless(before), storedBytes: -lost, now: clock.now() });
          lost = 0;
        }
      });
      await drop(pathOfKey(key));
    },
  };
}
