/**
 * Completes the rows that database versions 1 and 2 hold, inside the upgrade.
 *
 * Owns: the defaults of fields that older code did not write, and the counters of what it wrote. A field that is there is never
 * changed, except the counters of `chat_meta`; no row is removed.
 *
 * What is made up: rows get `_revision` 0. A chat's floor is its oldest held sequence up to the watermark, and all of its held
 * rows are marked unverified: no revision vouches for them. A chat without meta gets one that was never synced.
 * What stays loose: `serverRevision` may be no decimal text (`readChatMeta` reads that as null), a pending row keeps its old
 * sequence and has no operation, and `ticket_meta` keeps old keys whatever they mean.
 */
import { wrap } from 'idb';
import { PROVISIONAL_BASE, rowBytes } from '../../protocol/index.ts';
import type { CachedMessage, CachedTicket, ChatSyncState, SeqRange } from '../../protocol/index.ts';
import { emptyChat, emptyStats } from './empty-records.ts';

/** Rows rewritten per request, so that a large database is not held in memory. */
const SLICE = 500;
const EPOCH_TEXT = new Date(0).toISOString();

interface Held {
  sequences: number[];
  count: number;
  bytes: number;
}

/** A record with defaults for the fields that it lacks or holds `undefined` in. */
function complete<T extends object>(defaults: Partial<T>, old: T): T {
  const record: T = { ...defaults, ...old };
  for (const name of Object.keys(defaults) as (keyof T)[]) {
    if (record[name] === undefined) record[name] = defaults[name] as T[keyof T];
  }
  return record;
}

/** What a message of older code may lack. A row without text breaks the rules, but must not make the database unusable for ever. */
const messageDefaults = (now: number): Partial<CachedMessage> => ({
  ...{ senderId: null, sender: null, content: '', createdAt: EPOCH_TEXT, updatedAt: null, isScreenshot: false, screenshotFileName: null },
  ...{ fileName: null, fileSize: null, fileMimeType: null, isReadByCurrentUser: false, status: 'sent' },
  ...{ _cachedAt: now, _syncVersion: 0, _revision: 0 },
});

/** What a ticket of older code may lack; the next ticket fetch replaces it. */
const ticketDefaults = (now: number): Partial<CachedTicket> => ({
  ...{ subject: '', statusId: 0, priority: null, requesterId: null, requester: null, technicianId: null, technician: null },
  ...{ headSequence: 0, lastMessageAt: null, lastMessagePreview: null, unreadCount: 0, lastReadSequence: 0 },
  ...{ createdAt: EPOCH_TEXT, updatedAt: null, _revision: 0, _cachedAt: now },
});

/** Ascending sequences as closed ranges. */
function toRanges(sequences: readonly number[]): SeqRange[] {
  const ranges: SeqRange[] = [];
  for (const sequence of sequences) {
    const last = ranges.at(-1);
    if (last && last.endSeq === sequence - 1) last.endSeq = sequence;
    else ranges.push({ startSeq: sequence, endSeq: sequence });
  }
  return ranges;
}

/** The meta of a chat of older code, whole, with counters of what is really held. */
function completeChat(requestId: string, old: Partial<ChatSyncState>, held: Held, now: number): ChatSyncState {
  const counted = { ...old, messageCount: held.count, _messagesSize: held.bytes } as ChatSyncState;
  const chat = complete(emptyChat(requestId, now), counted);
  const sequences = held.sequences.toSorted((a, b) => a - b);
  const below = sequences.filter((sequence) => sequence <= chat.lastSyncedSequence);
  chat._floor = old._floor ?? below[0] ?? 0;
  chat._ahead = old._ahead ?? toRanges(sequences.slice(below.length));
  chat._unverified = old._unverified ?? toRanges(sequences);
  chat._headSequence = old._headSequence ?? Math.max(chat.lastSyncedSequence, sequences.at(-1) ?? 0);
  return chat;
}

/** Did the server number this row? Older code gave pending rows sequences of its own making. */
const isConfirmed = ({ status, sequenceNumber }: CachedMessage): boolean =>
  status === 'sent' && Number.isSafeInteger(sequenceNumber) && sequenceNumber > 0 && sequenceNumber < PROVISIONAL_BASE;

/** Completes all messages; answers what each chat holds. */
async function completeMessages(store: IDBObjectStore, now: number): Promise<Map<string, Held>> {
  const chats = new Map<string, Held>();
  const defaults = messageDefaults(now);
  let slice = (await wrap(store.getAll(null, SLICE))) as CachedMessage[];
  while (slice.length > 0) {
    for (const old of slice) {
      const row = complete(defaults, old);
      store.put(row);
      const held = chats.get(row.requestId) ?? { sequences: [], count: 0, bytes: 0 };
      chats.set(row.requestId, held);
      held.count += 1;
      held.bytes += rowBytes(row);
      if (isConfirmed(row)) held.sequences.push(row.sequenceNumber);
    }
    const last = slice.at(-1) as CachedMessage;
    slice = (await wrap(store.getAll(IDBKeyRange.lowerBound(last.id, true), SLICE))) as CachedMessage[];
  }
  return chats;
}

/** Completes everything that versions 1 and 2 could hold and writes the first `cache_stats`. `now` in milliseconds since the epoch. */
export async function completeOldRows(transaction: IDBTransaction, now: number): Promise<void> {
  const held = await completeMessages(transaction.objectStore('messages'), now);
  const stats = emptyStats(now);
  const chatMeta = transaction.objectStore('chat_meta');
  const old = new Map<string, Partial<ChatSyncState>>();
  for (const chat of (await wrap(chatMeta.getAll())) as ChatSyncState[]) old.set(chat.requestId, chat);
  for (const { count, bytes } of held.values()) {
    stats.messageCount += count;
    stats.messagesSize += bytes;
  }
  for (const requestId of new Set([...old.keys(), ...held.keys()])) {
    if (typeof requestId !== 'string') continue;
    const rows = held.get(requestId) ?? { sequences: [], count: 0, bytes: 0 };
    chatMeta.put(completeChat(requestId, old.get(requestId) ?? {}, rows, now));
    stats.chatCount += 1;
  }
  const tickets = transaction.objectStore('tickets');
  for (const ticket of (await wrap(tickets.getAll())) as CachedTicket[]) tickets.put(complete(ticketDefaults(now), ticket));
  transaction.objectStore('cache_stats').put({ ...stats, totalSize: stats.messagesSize });
}
