/**
 * The promises about stored files where their bytes are in a folder: after every committed transaction, and at rest.
 *
 * Owns: these checks. Written from SPEC.md and the heads of `media-store.ts` and `file-host.ts`, without the code under test: a file is there
 * before its record says so, and goes after its record says so.
 */
import type { CachedMediaMeta } from '../../protocol/index.ts';
import { digestOf } from './attachments.ts';
import type { FileDisk } from './file-disk.ts';
import type { Changed } from './media-mirror.ts';
import type { World } from './world.ts';

type Held = CachedMediaMeta & { readonly localBlobKey: string };
const isHeld = (record: CachedMediaMeta | undefined): record is Held => record !== undefined && record.localBlobKey !== null;

/** Bytes of a record's files; those of a body count for its owner. */
export const fileBytes = (record: CachedMediaMeta | undefined): number =>
  record === undefined ? 0 : (isHeld(record) && record._body?.owner === null ? record.fileSize : 0) + (record._thumbnailSize ?? 0) + (record._partial?.size ?? 0);

/** Bytes of all records' files. */
export const allFileBytes = (records: ReadonlyMap<string, CachedMediaMeta>): number => [...records.values()].reduce((sum, record) => sum + fileBytes(record), 0);

function checkShares({ verdict, mirror }: World, record: Held): void {
  const { records } = mirror.media;
  const { id, localBlobKey, _body } = record;
  if (!_body) return verdict.broken('D-4', `${id} is held in a file, and nobody knows whose that is`);
  for (const ref of _body.refs) if (records.get(ref)?._body?.owner !== id) verdict.broken('D-4', `${id} shares its file with ${ref}, which does not know`);
  if (_body.owner === null) return;
  const owner = records.get(_body.owner);
  if (!isHeld(owner) || owner.localBlobKey !== localBlobKey || !owner._body?.refs.includes(id)) verdict.broken('D-4', `${id} has its bytes from ${_body.owner}, which does not share them`);
}

/** One body of each digest; a second one may come where the first is lost. */
function checkOnce({ verdict, mirror }: World, disk: FileDisk): void {
  const owners = new Map<string, Held>();
  for (const record of mirror.media.records.values()) {
    if (!isHeld(record) || record._body?.owner !== null || disk.isCleaned(record.localBlobKey)) continue;
    const other = owners.get(record._body.digest);
    if (other) verdict.broken('D-4', `${record.id} and ${other.id} have the same bytes, each in a file of its own`);
    owners.set(record._body.digest, record);
  }
}

function checkBody({ verdict, media }: World, disk: FileDisk, { id, localBlobKey, fileSize, _body, isVerified, sha256Hash }: Held): void {
  const digest = _body?.digest;
  const attachment = media.attachments.all.get(id);
  if (!attachment?.contents.some((content) => content.digest === digest)) verdict.broken('D-1', `${id} holds bytes that the server never had for it`);
  if (isVerified && (sha256Hash !== digest || attachment?.tells.digest === false)) verdict.broken('D-1', `${id} is called verified by another digest, or by none`);
  if (disk.isCleaned(localBlobKey)) return;
  const bytes = disk.media().get(localBlobKey);
  if (!bytes) return verdict.broken('D-4', `${id} has no file under its key`);
  if (bytes.length !== fileSize) return verdict.broken('D-2', `${id} says ${fileSize} bytes, ${bytes.length} are in its file`);
  if (digestOf(bytes) !== digest) verdict.broken('D-1', `the file of ${id} has another digest than its record says`);
}

/** What a transaction left of a record must be true of the files. */
export function checkFileRecord(world: World, disk: FileDisk, { before, after }: Changed<CachedMediaMeta>): void {
  const { verdict, mirror } = world;
  if (before && !after) {
    for (const { id, _body } of mirror.media.records.values()) if (_body?.owner === before.id) verdict.broken('D-4', `${before.id} is gone, and ${id} has its bytes from it`);
  }
  if (!after) return;
  // A key without a slash is of a time in the database: a miss, once it is read.
  if (isHeld(after) && after.localBlobKey.includes('/')) {
    checkShares(world, after);
    if (before?.localBlobKey !== after.localBlobKey || before._body?.digest !== after._body?.digest) checkBody(world, disk, after);
  }
  const { id, thumbnailBlobKey, _thumbnailSize, _partial } = after;
  if (thumbnailBlobKey !== null && before?.thumbnailBlobKey !== thumbnailBlobKey && !disk.isCleaned(thumbnailBlobKey)) {
    const size = disk.media().get(thumbnailBlobKey)?.length;
    if (size !== _thumbnailSize) verdict.broken('D-2', `the thumbnail of ${id} says ${_thumbnailSize} bytes, its file has ${size ?? 'none'}`);
  }
  if (_partial && before?._partial?.size !== _partial.size) {
    const sizes = [...disk.media()].filter(([key]) => key.endsWith('.part')).map(([, { length }]) => length);
    if (!sizes.some((size) => size >= _partial.size)) verdict.broken('D-2', `of ${id} ${_partial.size} bytes are said to be received, and no part has so many`);
  }
}

/** After the changes of records were checked: what holds of all together. */
export function checkFilesTogether(world: World, disk: FileDisk, changes: readonly Changed<CachedMediaMeta>[]): void {
  const { verdict, mirror, regime } = world;
  checkOnce(world, disk);
  const grown = changes.reduce((sum, { before, after }) => sum + fileBytes(after) - fileBytes(before), 0);
  const bytes = allFileBytes(mirror.media.records);
  const budget = regime.media?.budgetBytes ?? Number.POSITIVE_INFINITY;
  if (grown > 0 && bytes > budget) verdict.broken('budget', `${bytes} bytes of files are stored, the budget is ${budget}`);
}

/** In a world at rest, where nothing went wrong since the daemon's start: the folder has what the records say, and nothing else (#84). */
export function checkFolder({ verdict, mirror }: World, disk: FileDisk): void {
  const left = new Map([...disk.media()].map(([key, { length }]) => [key, length]));
  const take = (id: string, what: string, key: string | undefined, size: number | undefined): void => {
    const found = key === undefined ? undefined : left.get(key);
    if (found !== size) verdict.broken('D-2', `the ${what} of ${id} says ${size} bytes, its file has ${found ?? 'none'}`);
    if (key !== undefined) left.delete(key);
  };
  for (const record of mirror.media.records.values()) {
    const { id, thumbnailBlobKey, _thumbnailSize, _partial, _body, fileSize } = record;
    if (isHeld(record) && _body?.owner === null) take(id, 'body', record.localBlobKey, fileSize);
    if (thumbnailBlobKey !== null) take(id, 'thumbnail', thumbnailBlobKey, _thumbnailSize);
    if (_partial) take(id, 'part', [...left].find(([key, size]) => key.endsWith('.part') && size === _partial.size)?.[0], _partial.size);
  }
  for (const [key, size] of left) verdict.broken('D-5', `"${key}" of ${size} bytes is in the folder, and no record tells of it`);
  const walked = [...disk.media().values()].reduce((sum, { length }) => sum + length, 0);
  if ((mirror.stats?.mediaSize ?? 0) !== walked) verdict.broken('D-2', `mediaSize is ${mirror.stats?.mediaSize ?? 0}, a walk of the folder finds ${walked}`);
}
