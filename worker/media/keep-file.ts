/**
 * One attempt for a file, from room to bytes that are stored, or that are not: a file is never lost to a full disk.
 *
 * Owns: asking for room, storing parts, publishing, and what happens when storage refuses: evict and once more for want of space, then the
 * file is passed through. Does not know queues or tabs.
 */
import { MEDIA_PART_BYTES } from '../../protocol/limits.ts';
import { isTabcachedError, TabcachedError } from '../../protocol/errors.ts';
import type { Clock, Log } from '../env.ts';
import { isQuotaError } from '../store/quota-error.ts';
import { fetchFile, type FetchFileSetup, type PartKeeper, type ReceivedFile } from './fetch-file.ts';
import type { MediaEntry } from './media-entry.ts';
import type { MediaRecord, MediaStore } from './media-store.ts';
import type { Room } from './room.ts';
import type { Turns } from './turns.ts';

/** What an attempt works on. */
export interface KeepFileSetup extends Pick<FetchFileSetup, 'fetch' | 'renew' | 'signal' | 'onRequest' | 'onProgress'> {
  readonly entry: MediaEntry;
  /** An attempt before was dropped or failed: it may have stored the file, or a part of it, and the record does not say so. */
  readonly isDoubtful: boolean;
  readonly media: MediaStore;
  readonly room: Room;
  readonly turns: Turns;
  readonly clock: Clock;
  readonly log: Log;
}

/** What came of it. `gone`: the record was removed meanwhile, so the bytes are of no use to anybody. */
export type KeptFile =
  | { readonly kind: 'stored'; readonly record: MediaRecord }
  | { readonly kind: 'passed'; readonly body: Blob; readonly received: ReceivedFile }
  | { readonly kind: 'gone' };

/** Fetches and keeps. Rejects as {@link fetchFile} does, or with `FENCED`. */
export async function keepFile(setup: KeepFileSetup): Promise<KeptFile> {
  const { entry, media, room, turns, clock, log, signal } = setup;
  const { id } = entry;
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => turns.take(id, task);
  /** Bytes asked of the room and not stored yet. */
  let granted = 0;
  /** Does the file go to the store? Unknown until its size is. */
  let fits = entry.stored;

  const grant = async (bytes: number): Promise<boolean> => {
    if (!(await room.make(bytes))) return false;
    granted += bytes;
    return true;
  };
  const used = (bytes: number): void => {
    const settled = Math.min(granted, bytes);
    granted -= settled;
    room.settle(settled);
  };
  /** Stores; for want of space evicts and tries once more. */
  const store = async <T>(bytes: number, task: () => Promise<T>): Promise<T> => {
    try {
      return await inTurn(task);
    } catch (thrown) {
      if (!isQuotaError(thrown) || !(await room.free(bytes))) throw thrown;
      return inTurn(task);
    }
  };
  const refused = (what: string, thrown: unknown): void => {
    if (isTabcachedError(thrown) && thrown.code === 'FENCED') throw thrown;
    log.warn(what, { id, error: String(thrown) });
  };

  /** Is the part that is stored of no use, and storage did not let it go yet? Nothing may be put behind it. */
  let isStale = false;
  const discardStale = async (): Promise<void> => {
    if (!isStale) return;
    await media.discardPartial(id);
    const { _partial: _, ...record } = entry.record;
    entry.record = record;
    isStale = false;
  };

  if (entry.stored && setup.isDoubtful) entry.record = (await inTurn(() => media.get(id))) ?? entry.record;
  if (entry.record.localBlobKey !== null) return { kind: 'stored', record: entry.record };

  const parts: PartKeeper = {
    held: async () => {
      if (!entry.stored) return null;
      const etag = entry.record._partial?.etag;
      if (etag === undefined) return null;
      const bytes = await inTurn(() => media.readPartial(id));
      if (bytes) return { bytes, etag };
      await parts.discard();
      return null;
    },
    discard: async () => {
      if (!entry.stored) return;
      isStale = true;
      await inTurn(discardStale).catch((thrown: unknown) => refused('part not discarded', thrown));
    },
    expect: async (totalBytes) => {
      // A file of unknown size is kept in memory until it is known.
      if (fits && totalBytes !== null) fits = await grant(Math.max(0, totalBytes - (isStale ? 0 : (entry.record._partial?.size ?? 0))));
      // Parts that do not end in a stored file would only take up room.
      known = totalBytes !== null && totalBytes > MEDIA_PART_BYTES;
      if (!known || !fits || entry.record.fileSize === totalBytes) return;
      // The next daemon tells how far the download is before it asks.
      try {
        entry.record = (await inTurn(() => media.note(id, { fileSize: totalBytes ?? 0 }))) ?? entry.record;
      } catch (thrown) {
        refused('size not noted', thrown);
      }
    },
    append: async (offset, bytes, etag) => {
      if (!fits || !known) return false;
      try {
        entry.record = await store(bytes.size, async () => {
          await discardStale();
          return media.append(id, offset, bytes, etag);
        });
        used(bytes.size);
        return true;
      } catch (thrown) {
        refused('part not stored', thrown);
        return false;
      }
    },
  };
  let known = false;

  try {
    const { requestId, filename } = entry;
    const announcedBytes = entry.record.fileSize > 0 ? entry.record.fileSize : null;
    const received = await fetchFile({ ...setup, requestId, filename, announcedBytes, parts });
    signal.throwIfAborted();
    if (entry.stored && fits && granted === 0 && received.rest.size > 0) fits = await grant(received.rest.size);
    if (fits) {
      try {
        const record = await store(received.rest.size, async () => {
          if (signal.aborted) return undefined;
          await discardStale();
          return media.publish(id, received, clock.now());
        });
        return record ? { kind: 'stored', record } : { kind: 'gone' };
      } catch (thrown) {
        refused('file not stored', thrown);
      }
    }
    const before = entry.record._partial && !isStale ? await inTurn(() => media.readPartial(id)) : null;
    const body = new Blob([...(before ? [before] : []), received.rest], { type: received.mimeType });
    if (body.size !== received.size) throw new TabcachedError('STORAGE_FAILED', 'The part that was stored is gone.');
    if (before) await parts.discard();
    return { kind: 'passed', body, received };
  } finally {
    if (granted > 0) used(granted);
  }
}
