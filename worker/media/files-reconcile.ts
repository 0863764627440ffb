/**
 * What records and files say of each other at the start, and putting it right (#84): a kill, a cleaner or a person was there.
 *
 * Owns: files without a record (deleted), records without a file (a miss), parts that an earlier daemon received (taken over), bodies whose
 * renaming was cut off (found again), and wrong counters. Counters follow the records in their transactions, and files go after that: whatever
 * a kill leaves, the counters are those of the records (D-2). A file that cannot be deleted is counted by nobody; it is told as left.
 */
import type { Store } from '../store/store.ts';
import { walkFiles, type FileHost } from './file-host.ts';
import { filePaths, isPartOf, keyOfPath, MEDIA_FOLDER, pathOfKey, type FilePaths } from './file-paths.ts';
import { bodiless, correctCounters, countRecords, isHeld, recordStores, unpictured, withPartial } from './media-records.ts';
import type { MediaReconciled, MediaRecord } from './media-store.ts';

/** Records of one transaction. */
const SLICE = 200;

/** Files by key, with their sizes. */
export type FoundFiles = ReadonlyMap<string, number>;

/** What has to change. */
export interface FileRepairs {
  /** Records as they must be; those that are right are not among them. */
  readonly records: readonly MediaRecord[];
  /** Files to rename, by key. */
  readonly moves: readonly (readonly [from: string, to: string])[];
  /** Parts that are longer than their records say, by the key that they have after the renaming. */
  readonly cuts: readonly (readonly [key: string, size: number])[];
  /** Files that nobody knows, by key. */
  readonly orphans: readonly string[];
  readonly missing: number;
}

/** Compares records and files. Pure. */
export function compareFiles(records: readonly MediaRecord[], found: FoundFiles, generation: number): FileRepairs {
  const at = new Map(records.map((record) => [record.id, filePaths(record, generation)]));
  const pathsOf = ({ id }: MediaRecord): FilePaths => at.get(id) as FilePaths;
  const bodies = rightBodies(records, found, pathsOf);
  const parts = [...found.keys()].filter((key) => key.endsWith('.part')).sort();
  const kept = new Set<string>(bodies.moves.map(([from]) => from));
  const moves = [...bodies.moves];
  const cuts: (readonly [string, number])[] = [];
  const changed: MediaRecord[] = [];
  let missing = 0;
  for (const record of records) {
    const paths = pathsOf(record);
    let after = bodies.records.get(record.id) ?? record;
    let lost = record.localBlobKey !== null && after.localBlobKey === null;
    if (after.localBlobKey !== null) kept.add(after.localBlobKey);
    if (after.thumbnailBlobKey !== null) {
      if (found.get(after.thumbnailBlobKey) === after._thumbnailSize) kept.add(after.thumbnailBlobKey);
      else {
        after = unpictured(after);
        lost = true;
      }
    }
    if (after._partial) {
      const size = after._partial.size;
      const held = after.localBlobKey === null && parts.findLast((key) => isPartOf(key, paths) && (found.get(key) ?? 0) >= size);
      if (!held) after = withPartial(after, 0, '');
      else {
        const key = keyOfPath(paths.part);
        kept.add(held);
        if (held !== key) moves.push([held, key]);
        if ((found.get(held) ?? 0) > size) cuts.push([key, size]);
      }
    }
    if (after.downloadStatus === 'downloading') after = { ...after, downloadStatus: 'pending' };
    if (lost) missing += 1;
    if (after !== record) changed.push(after);
  }
  return { records: changed, moves, cuts, orphans: [...found.keys()].filter((key) => !kept.has(key)), missing };
}

/** Every shared body with one owner, whose own path has the file; bodies without a file are misses. */
function rightBodies(records: readonly MediaRecord[], found: FoundFiles, pathsOf: (record: MediaRecord) => FilePaths) {
  const groups = new Map<string, MediaRecord[]>();
  for (const record of records) if (record.localBlobKey !== null) groups.set(record.localBlobKey, [...(groups.get(record.localBlobKey) ?? []), record]);
  const right = new Map<string, MediaRecord>();
  const moves: (readonly [string, string])[] = [];
  for (const [key, members] of groups) {
    const size = members[0]?.fileSize;
    const ownKey = (member: MediaRecord): string => keyOfPath(pathsOf(member).body);
    const has = (path: string): boolean => found.get(path) === size;
    // A renaming that was cut off has put the file at another one's path; nothing else ever does, while that one shares these bytes.
    const owner = members.find((member) => ownKey(member) === key && has(key)) ?? members.find((member) => has(ownKey(member))) ?? (has(key) ? members[0] : undefined);
    const digest = members.find((member) => member._body)?._body?.digest;
    if (!owner || digest === undefined) {
      for (const member of members) right.set(member.id, bodiless(member));
      continue;
    }
    const home = ownKey(owner);
    if (!has(home)) moves.push([key, home]);
    const refs = members.filter((member) => member !== owner).map(({ id }) => id);
    for (const member of members) {
      const _body = member === owner ? { digest, owner: null, refs } : { digest, owner: owner.id, refs: [] };
      const same = member.localBlobKey === home && member._body?.owner === _body.owner && sameIds(member._body.refs, _body.refs);
      if (!same) right.set(member.id, { ...member, localBlobKey: home, _body });
    }
  }
  return { records: right, moves };
}

const sameIds = (one: readonly string[], other: readonly string[]): boolean => one.length === other.length && one.every((id) => other.includes(id));

/** Bytes of a file that are stored, whole: those of a body count for its owner. */
const storedBytes = (record: MediaRecord): number =>
  (isHeld(record) && record._body?.owner === null ? record.fileSize : 0) + (record._thumbnailSize ?? 0) + (record._partial?.size ?? 0);

/** Writes the changed records, a slice in each transaction, with the counters of all. Answers whether any was wrong. */
async function writeRepaired(store: Store, records: readonly MediaRecord[], changed: readonly MediaRecord[], now: number): Promise<boolean> {
  const current = new Map(records.map((record) => [record.id, record]));
  // Bytes of a time when they went to the database go with the first of them.
  const hasBlobs = (await store.read(['media_blobs'], (tx) => tx.count('media_blobs'))) > 0;
  let wrong = false;
  for (let at = 0; at === 0 || at < changed.length; at += SLICE) {
    const slice = changed.slice(at, at + SLICE);
    for (const record of slice) current.set(record.id, record);
    const all = [...current.values()];
    const counted = { ...countRecords(all), mediaSize: all.reduce((sum, record) => sum + storedBytes(record), 0) };
    wrong =
      (await store.write([...recordStores, 'media_blobs'], 'relaxed', (tx) => {
        for (const record of slice) void tx.put('media_meta', record);
        if (at === 0 && hasBlobs) void tx.clear('media_blobs');
        return correctCounters(tx, counted, now);
      })) || wrong;
  }
  return wrong;
}

/** Puts both sides right; a second time there is nothing to do. */
export async function reconcileFiles(store: Store, files: FileHost, generation: number, now: number): Promise<MediaReconciled> {
  const records = await store.read(['media_meta'], (tx) => tx.getAll('media_meta'));
  const found = new Map((await walkFiles(files, MEDIA_FOLDER)).map(({ path, sizeBytes }) => [keyOfPath(path), sizeBytes]));
  const repairs = compareFiles(records, found, generation);
  // Whoever was replaced must not rename or delete what the next daemon has.
  await store.write(['media_meta'], 'relaxed', () => Promise.resolve());
  for (const [from, to] of repairs.moves) await files.move(pathOfKey(from), pathOfKey(to));
  for (const [key, size] of repairs.cuts) {
    const part = await files.read(pathOfKey(key));
    if (part) await files.write(pathOfKey(key), part.slice(0, size));
  }
  const countersWrong = await writeRepaired(store, records, repairs.records, now);
  let left = 0;
  for (const key of repairs.orphans) await files.delete(pathOfKey(key)).catch(() => void (left += 1));
  for (const folder of await files.list(MEDIA_FOLDER)) {
    const path = [...MEDIA_FOLDER, folder.name];
    if (folder.kind === 'folder' && (await files.list(path)).length === 0) await files.delete(path).catch(() => undefined);
  }
  return { missing: repairs.missing, orphans: repairs.orphans.length, countersWrong, left };
}
