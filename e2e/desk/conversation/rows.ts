/**
 * What a conversation shows, row by row: items of the view with what depends on their neighbours. Pure.
 *
 * A day heading and the unread divider belong to the row below them, so that rows and items stay one to one. The height of a row
 * should not change when a page is loaded on top of it, for then what is being read would move: while older messages may be
 * loaded, the first row has no day heading yet, and a row that began a run of messages goes on beginning one.
 */
import type { CachedMessage, ChatItem, RefusalContext } from 'tabcached';
import { dayKey } from '../time/time-text.ts';

/** A message and how it stands among its neighbours. */
export interface MessageRow {
  readonly type: 'message';
  readonly key: string;
  readonly message: CachedMessage;
  readonly verified: boolean;
  /** Of a reply that was refused: what happened to its ticket meanwhile. */
  readonly context: RefusalContext | null;
  readonly atMs: number;
  /** Written by the person who looks. */
  readonly own: boolean;
  /** First of a run of messages by one sender. */
  readonly opensGroup: boolean;
  /** The first message of the conversation. */
  readonly opensChat: boolean;
  /** The first of its day, as far as known. */
  readonly opensDay: boolean;
  /** The first that was unread when the conversation was opened. */
  readonly opensUnread: boolean;
}

/** A hole in what is held. */
export interface GapRow {
  readonly type: 'gap';
  readonly key: string;
  readonly startSeq: number;
  readonly endSeq: number;
}

/** One row of a conversation. */
export type Row = MessageRow | GapRow;

/** What rows depend on beside the items. */
export interface RowsContext {
  readonly userId: string;
  /** Messages of others above this sequence are unread; null for no divider. */
  readonly unreadAfter: number | null;
  /** Older messages exist above the first row. */
  readonly hasOlder: boolean;
}

/** A pause this long begins a new run of messages. */
const GROUP_PAUSE_MS = 5 * 60_000;

/** A builder of one conversation's rows: a row that comes out the same as the last time keeps its reference. */
export function createRowBuilder(): (items: readonly ChatItem[], context: RowsContext) => readonly Row[] {
  let previous: readonly Row[] = [];
  return (items, context) => (previous = buildRows(items, context, previous));
}

function buildRows(items: readonly ChatItem[], context: RowsContext, previous: readonly Row[]): readonly Row[] {
  const known = new Map(previous.map((row) => [row.key, row]));
  const { userId, unreadAfter, hasOlder } = context;
  let before: MessageRow | null = null;
  let day: string | null = null;
  // Without an older row in view, the divider's true place may be further up.
  let unreadPending = unreadAfter !== null;
  let sawRead = !hasOlder;

  return items.map((item, index) => {
    if (item.type === 'gap') {
      before = null;
      return keep(known.get(item.key), { type: 'gap', key: item.key, startSeq: item.startSeq, endSeq: item.endSeq });
    }
    const { message } = item;
    const atMs = Date.parse(message.createdAt);
    const own = message.senderId === userId;
    const isUnread = unreadAfter !== null && message.status === 'sent' && message.sequenceNumber > unreadAfter;
    if (!isUnread) sawRead = true;
    const opensUnread = unreadPending && isUnread && !own && sawRead;
    if (isUnread && !own) unreadPending = false;
    const today = dayKey(atMs);
    const opensDay = day === null ? index > 0 || !hasOlder : day !== today;
    day = today;
    const follows = before !== null && before.message.senderId === message.senderId && atMs - before.atMs < GROUP_PAUSE_MS;
    const row: MessageRow = {
      type: 'message',
      key: item.key,
      message,
      verified: item.verified,
      context: item.context ?? null,
      atMs,
      own,
      opensGroup: !follows || opensDay || opensUnread || began(known.get(item.key)),
      opensChat: index === 0 && !hasOlder,
      opensDay,
      opensUnread,
    };
    before = row;
    return keep(known.get(item.key), row);
  });
}

const began = (row: Row | undefined): boolean => row?.type === 'message' && row.opensGroup;

/** The known row when it says the same. */
function keep<R extends Row>(known: Row | undefined, row: R): Row {
  if (!known) return row;
  const names = Object.keys(row) as (keyof R)[];
  return names.every((name) => (known as R)[name] === row[name]) ? known : row;
}
