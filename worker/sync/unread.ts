/**
 * How many messages of a chat this user has not read.
 *
 * Owns: the rule of SPEC.md, chapter 10, and which of two server values is the newer. Pure. Never negative; own
 * messages never count.
 */
import type { CachedMessage, ServerRead } from '../../protocol/index.ts';
import type { ChatModel } from './chat-model.ts';
import { covers } from './ranges.ts';
import { rowsBetween } from './chat-model.ts';

/** The newer of two server values, by revision, then by mark. */
export function newerRead(known: ServerRead | null, told: ServerRead): ServerRead {
  if (!known || told.revision > known.revision) return told;
  return told.revision === known.revision && told.lastReadSequence >= known.lastReadSequence ? told : known;
}

/** Unread messages of a chat; `head` is the server's highest sequence as last heard. */
export function unreadCount(model: ChatModel, userId: string, head: number): number {
  const { history, meta, resident, rows } = model;
  const mark = Math.max(meta.lastReadSequence, meta._serverRead?.lastReadSequence ?? 0);
  const top = Math.max(head, history.watermark);
  if (mark >= top) return 0;
  const others = (start: number, end: number): number => rowsBetween(rows, start, end).filter((row) => countsFor(row, userId)).length;
  const known = history.floor > 0 && mark + 1 >= history.floor && top <= history.watermark && history.gaps.every((gap) => gap.end <= mark || gap.start > top);
  if (known && covers(resident, mark + 1, top)) return others(mark + 1, top);
  const server = meta._serverRead;
  if (!server) return meta.unreadCount;
  // What was read here since the server counted is taken off; what is not held stays counted.
  return Math.max(0, server.unreadCount - others(server.lastReadSequence + 1, mark));
}

const countsFor = (row: CachedMessage, userId: string): boolean => row.senderId !== userId;
