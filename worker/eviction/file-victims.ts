/**
 * Which files go first when media takes up too much.
 *
 * Owns: the order (low priority before normal before high, then least recently used) and who may not go: pinned, busy (on a screen, in flight),
 * unsent, younger than an hour. Files that share a body go together or not at all, because one of them alone frees nothing. Pure.
 */
import type { MediaRecord } from '../media/media-store.ts';

/** A file this young is not evicted: it was fetched for somebody who may not have seen it yet. */
const YOUNG_MS = 60 * 60 * 1000;

/** Files that free their bytes together. */
export interface VictimGroup {
  readonly ids: readonly string[];
  /** Bytes freed when all of them go: a body counts once, parts and thumbnails for each. */
  readonly bytes: number;
}

/** What decides beside the record. */
export interface VictimFacts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  isBusy(id: string): boolean;
  /** Does the file belong to a message that was not sent yet? */
  isUnsent(messageId: string): boolean;
}

const RANK = { low: 0, normal: 1, high: 2 } as const;

/** May that file go? A clock that was set back makes nothing immune for longer than the hour. */
export function mayGo(record: MediaRecord, { now, isBusy, isUnsent }: VictimFacts): boolean {
  const young = record.localBlobKey !== null && record.downloadedAt !== null && Math.abs(now - record.downloadedAt) < YOUNG_MS;
  return !record.isPinned && !young && !isBusy(record.id) && !isUnsent(record.messageId);
}

/** Groups that may go, first to go first. */
export function orderVictims(records: readonly MediaRecord[], facts: VictimFacts): readonly VictimGroup[] {
  const groups = new Map<string, MediaRecord[]>();
  for (const record of records) {
    if (record.localBlobKey === null && !record._partial && record.thumbnailBlobKey === null) continue;
    const key = record.localBlobKey === null ? `rest ${record.id}` : `body ${record.localBlobKey}`;
    const group = groups.get(key);
    if (group) group.push(record);
    else groups.set(key, [record]);
  }
  const rank = (group: readonly MediaRecord[]): number => Math.max(...group.map(({ priority }) => RANK[priority]));
  const usedAt = (group: readonly MediaRecord[]): number => Math.max(...group.map(({ lastAccessedAt }) => lastAccessedAt));
  return [...groups.values()]
    .filter((group) => group.every((record) => mayGo(record, facts)))
    .toSorted((a, b) => rank(a) - rank(b) || usedAt(a) - usedAt(b) || ((a[0]?.id ?? '') < (b[0]?.id ?? '') ? -1 : 1))
    .map((group) => ({ ids: group.map(({ id }) => id), bytes: bytesOf(group) }));
}

function bytesOf(group: readonly MediaRecord[]): number {
  const [first] = group;
  const body = first && first.localBlobKey !== null ? first.fileSize : 0;
  return group.reduce((sum, { _partial, _thumbnailSize }) => sum + (_partial?.size ?? 0) + (_thumbnailSize ?? 0), body);
}

/** The first groups that free that much together; null when all of them do not. */
export function victimsFor(groups: readonly VictimGroup[], bytes: number): readonly VictimGroup[] | null {
  let freed = 0;
  for (const [at, group] of groups.entries()) {
    freed += group.bytes;
    if (freed >= bytes) return groups.slice(0, at + 1);
  }
  return null;
}
