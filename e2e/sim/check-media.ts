/**
 * The promises about stored files (D-1 to D-5), checked after every committed transaction on what is durably stored, and on every byte that
 * a tab is given.
 *
 * Owns: these checks. Written from SPEC.md and the head of `media-store.ts`, without the code under test.
 */
import type { CachedMediaBlob, CachedMediaMeta } from '../../protocol/index.ts';
import { digestOf } from './attachments.ts';
import { allFileBytes, checkFileRecord, checkFilesTogether } from './check-files.ts';
import type { MediaChanges } from './media-mirror.ts';
import { thumbnailOf } from './media-world.ts';
import type { Committed } from './mirror.ts';
import { bytesOf } from './sim-blob.ts';
import type { SimFile } from './sim-files.ts';
import type { World } from './world.ts';

/** A file that was stored so lately is not evicted. */
const YOUNG_MS = 60 * 60 * 1000;
/** An eviction that began before a tab showed the file may end after it. */
const SHOWN_MS = 2_000;

const isHeld = (record: CachedMediaMeta | undefined): boolean => record !== undefined && record.localBlobKey !== null;

/** What the key of a blob stands for: a body's is its digest, the others name their file. */
function readKey(key: string): { readonly kind: 'body' | 'thumb' | 'part'; readonly id: string; readonly offset: number } {
  const [kind, length, ...rest] = key.split(':');
  if (kind !== 'thumb' && kind !== 'part') return { kind: 'body', id: '', offset: 0 };
  const text = rest.join(':');
  return { kind, id: text.slice(0, Number(length)), offset: Number(text.slice(Number(length) + 1)) };
}

/** Sizes of the stored parts of a file, as far as they follow each other. */
function partBytes(blobs: ReadonlyMap<string, CachedMediaBlob>, id: string): number {
  const parts = [...blobs.values()].map((blob) => ({ ...readKey(blob.key), size: blob.data.size })).filter((part) => part.kind === 'part' && part.id === id);
  let end = 0;
  for (const { offset, size } of parts.sort((a, b) => a.offset - b.offset)) if (offset === end) end += size;
  return end;
}

function checkBlob(world: World, key: string, before: CachedMediaBlob | undefined, after: CachedMediaBlob | undefined): void {
  const { verdict, mirror } = world;
  const { records } = mirror.media;
  const { kind, id } = readKey(key);
  const owners = [...records.values()].filter((record) => record.localBlobKey === key).map((record) => record.id);
  if (!after) {
    if (kind === 'body' && owners.length > 0) verdict.broken('D-4', `the body of ${owners.join(', ')} is deleted`);
    if (kind === 'thumb' && records.get(id)?.thumbnailBlobKey === key) verdict.broken('D-5', `the thumbnail of ${id} is deleted and its record tells of it`);
    return;
  }
  if (after.size !== after.data.size) verdict.broken('D-2', `a blob of ${after.data.size} bytes says ${after.size}`);
  if (kind === 'body') {
    if (before?.data !== after.data && digestOf(bytesOf(after.data)) !== key) verdict.broken('D-1', `a body is stored under another digest than its own`);
    const refs = [...(after._refs ?? [])].sort().join(' ');
    if (refs !== owners.sort().join(' ')) verdict.broken('D-4', `a body belongs to ${owners.join(', ') || 'nobody'}, its references are ${refs || 'none'}`);
  } else if (!records.has(id)) verdict.broken('D-5', `a ${kind} is stored of ${id}, which has no record`);
}

/** A record whose bytes are in the database. */
function checkBlobRecord(world: World, before: CachedMediaMeta | undefined, after: CachedMediaMeta | undefined): void {
  const { verdict, mirror, media } = world;
  const { blobs } = mirror.media;
  if (before && !after) {
    for (const { key, _refs } of blobs.values()) {
      const { kind, id } = readKey(key);
      if ((kind !== 'body' && id === before.id) || _refs?.includes(before.id)) verdict.broken('D-5', `the record of ${before.id} is gone, and its ${kind} is not`);
    }
  }
  // Records of a time in the folder that this start could not put right are misses, once they are read.
  if (!after || media.disk?.mayMiscount(false)) return;
  const { id, _partial } = after;
  if (isHeld(after)) {
    const body = blobs.get(after.localBlobKey as string);
    if (!body) verdict.broken('D-4', `${id} has no body under its key`);
    else if (body.data.size !== after.fileSize) verdict.broken('D-2', `${id} says ${after.fileSize} bytes, ${body.data.size} are stored`);
    const attachment = media.attachments.all.get(id);
    if (!attachment?.contents.some(({ digest }) => digest === after.localBlobKey)) verdict.broken('D-1', `${id} holds bytes that the server never had for it`);
    if (after.isVerified && after.sha256Hash !== after.localBlobKey) verdict.broken('D-1', `${id} is called verified by another digest`);
    if (after.isVerified && attachment?.tells.digest === false) verdict.broken('D-1', `${id} is called verified, and the server names no digest`);
  }
  if (after.thumbnailBlobKey !== null) {
    const thumbnail = blobs.get(after.thumbnailBlobKey);
    if (!thumbnail) verdict.broken('D-5', `${id} has no thumbnail under its key`);
    else if (thumbnail.data.size !== after._thumbnailSize) verdict.broken('D-2', `the thumbnail of ${id} says ${after._thumbnailSize} bytes, ${thumbnail.data.size} are stored`);
  }
  if (_partial && partBytes(blobs, id) < _partial.size) verdict.broken('D-2', `of ${id} ${_partial.size} bytes are said to be received, ${partBytes(blobs, id)} are stored`);
}

/** Wherever the bytes are. */
function checkState(world: World, before: CachedMediaMeta | undefined, after: CachedMediaMeta | undefined): void {
  const { verdict, media } = world;
  if (!after) return;
  const { id, downloadStatus, _error } = after;
  if (isHeld(after) && downloadStatus !== 'completed') verdict.broken('D-2', `${id} is held and ${downloadStatus}`);
  if (!isHeld(after) && downloadStatus === 'completed') verdict.broken('D-1', `${id} is completed without a body`);
  if (downloadStatus === 'failed' && before?.downloadStatus !== 'failed') {
    if (!_error) verdict.broken('live', `${id} failed, and nobody knows why`);
    if (_error?.code === 'FORBIDDEN' && !media.downloads.mayGiveUp(id)) verdict.broken('#82', `${id} is given up as forbidden without asking for a new address`);
  }
  if (before && isHeld(before) && !isHeld(after) && !isLost(world, before)) checkEviction(world, before, after);
}

/** Its file went behind the daemon's back, or with the place where its bytes were: paths have a slash, digests have none. */
const isLost = ({ media: { disk } }: World, { localBlobKey }: CachedMediaMeta): boolean =>
  disk !== null && localBlobKey !== null && (disk.isCleaned(localBlobKey) || localBlobKey.includes('/') !== disk.isInUse());

/** Shown by a tab of the present daemon for so long that the daemon must know. */
export function isShown(world: World, id: string, forMs: number): boolean {
  const now = world.time.elapsedMs();
  return world.tabs.some((tab) => {
    const file = tab.files.all.get(id);
    if (!file || file.knownSince === null || !file.wish.onScreen || !tab.isReady() || world.lifeOf(tab) !== world.life()) return false;
    return tab.isVisible() && now - file.knownSince > forMs && now - tab.reportedAt() > forMs;
  });
}

function checkEviction(world: World, before: CachedMediaMeta, after: CachedMediaMeta): void {
  const { verdict, mirror, time } = world;
  const { id, downloadedAt } = before;
  if (before.isPinned && after.isPinned) verdict.broken('D-3', `${id} is pinned and evicted`);
  if (downloadedAt !== null && Math.abs(time.clock.now() - downloadedAt) < YOUNG_MS) verdict.broken('D-3', `${id} is evicted ${(time.clock.now() - downloadedAt) / 60_000} minutes after it was stored`);
  if (isShown(world, id, SHOWN_MS)) verdict.broken('D-3', `${id} is on a screen and evicted`);
  if (mirror.queue.has(before.messageId)) verdict.broken('D-3', `${id} belongs to a message that was not sent yet, and is evicted`);
}

/** Checks a transaction. */
export function checkMediaCommit(world: World, { touched, media: changes }: Committed): void {
  const { mirror, verdict, regime } = world;
  const { media, stats } = mirror;
  if (!regime.media) return;
  const held = [...media.records.values()].filter(isHeld);
  const { disk } = world.media;
  // Where the folder could not always be opened, the counters change over with the records, at some moment of a start.
  const right = [...(disk ? [allFileBytes(media.records)] : []), ...(!disk || disk.wasClosed() ? [media.bytes()] : [])];
  const isRight = right.includes(stats?.mediaSize ?? 0);
  if (!disk?.mayMiscount(isRight) && !isRight) verdict.broken('D-2', `mediaSize is ${stats?.mediaSize ?? 0}, ${right.join(' or ')} bytes are stored`);
  if ((stats?.mediaCount ?? 0) !== held.length) verdict.broken('D-2', `mediaCount is ${stats?.mediaCount ?? 0}, ${held.length} files are held`);
  const chats = new Set([...touched.keys(), ...[...(changes?.records.values() ?? [])].flatMap(({ before, after }) => (after ?? before)?.requestId ?? [])]);
  for (const requestId of chats) {
    const meta = mirror.chats.get(requestId)?.meta;
    const own = held.filter((record) => record.requestId === requestId).reduce((sum, record) => sum + record.fileSize, 0);
    if (meta && meta.mediaSize !== own) verdict.broken('D-2', `chat ${requestId[0]} counts ${meta.mediaSize} bytes of files, its files have ${own}`);
  }
  if (changes) checkChanges(world, changes);
}

function checkChanges(world: World, { records, blobs }: MediaChanges): void {
  const { mirror, verdict, regime, media } = world;
  for (const { before, after } of records.values()) checkState(world, before, after);
  if (media.disk?.isInUse()) {
    const { disk } = media;
    for (const change of records.values()) checkFileRecord(world, disk, change);
    return checkFilesTogether(world, disk, [...records.values()]);
  }
  for (const [key, { before, after }] of blobs) checkBlob(world, key, before, after);
  for (const { before, after } of records.values()) checkBlobRecord(world, before, after);
  const grows = [...blobs.values()].some(({ before, after }) => (after?.data.size ?? 0) > (before?.data.size ?? 0));
  const budget = regime.media?.budgetBytes ?? Number.POSITIVE_INFINITY;
  if (!grows || mirror.media.bytes() <= budget) return;
  // A body is visible before the parts that it was made of are deleted, one after the other.
  const leftBytes = [...mirror.media.records.values()].filter(isHeld).reduce((sum, { id }) => sum + partBytes(mirror.media.blobs, id), 0);
  const bytes = mirror.media.bytes() - leftBytes;
  if (bytes > budget) verdict.broken('budget', `${bytes} bytes of files are stored, the budget is ${budget}`);
}

/** A tab was given bytes. */
export function checkShownBytes(world: World, { id }: SimFile, kind: 'body' | 'thumbnail', bytes: Uint8Array<ArrayBuffer>): void {
  const contents = world.media.attachments.all.get(id)?.contents ?? [];
  const digest = digestOf(bytes);
  const known = contents.some((content) => (kind === 'body' ? content.digest : digestOf(thumbnailOf(content.bytes).bytes)) === digest);
  if (!known) world.verdict.broken('D-1', `a tab shows ${bytes.length} bytes as the ${kind} of ${id} that it never had`);
}
