/**
 * Live views: who watches which chat, and what they are sent.
 *
 * Owns: versions, patches, snapshots. A patch is made and serialised once, however many tabs it goes to; changes of one moment make one
 * patch; a snapshot's text is kept until its chat changes. Does not know where changes come from.
 */
import { rowKey, type CachedMessage, type CachedTicket, type ChatMeta, type ChatPatch, type ChatSnapshot, type TicketsPatch, type Window } from '../protocol/index.ts';
import { PROVISIONAL_BASE } from '../protocol/limits.ts';
import type { Timers } from './env.ts';
import type { Session, Sessions } from './sessions.ts';
import { rangeSet, union, type RangeSet } from './sync/ranges.ts';

/** Name of the ticket list among views. */
export const TICKETS = '@tickets';
/** Name of the outbox among views. */
export const OUTBOX = '@outbox';

/** A message and its ticket arrive one after the other; the list is patched once for both. */
const TICKETS_DELAY_MS = 10;

/** What views are made with. */
export interface ViewsSetup {
  readonly timers: Timers;
  readonly sessions: Sessions;
  meta(requestId: string): ChatMeta;
  tickets(): readonly CachedTicket[];
  /** Changes of the ticket list, put together. */
  onTickets(upserts: readonly CachedTicket[], removals: readonly string[]): void;
  /** Nobody watches that chat any more, or somebody does now. */
  onInterest(requestId: string): void;
}

/** The views. */
export interface Views {
  version(view: string): number;
  /** A session watches a chat, through one more window. */
  watch(session: Session, requestId: string, window: Window): void;
  unwatch(session: Session, requestId: string): void;
  watchTickets(session: Session, watching: boolean): void;
  /** A session is gone. */
  drop(session: Session): void;
  /** Sessions that watch a chat. */
  watchers(requestId: string): readonly Session[];
  watchedChats(): readonly string[];
  /** Sequences on screen somewhere. */
  shown(requestId: string): RangeSet;
  /** Rows, or only the meta, of a chat changed. */
  changed(requestId: string, upserts?: readonly CachedMessage[], removals?: readonly string[]): void;
  ticketsChanged(upserts: readonly CachedTicket[], removals: readonly string[]): void;
  ticketsSnapshot(): string;
  /** The answer made under the same key, if nothing has changed since. */
  kept(requestId: string, key: string): KeptSnapshot | undefined;
  /** Text of an answer, kept under that key until the chat changes. */
  snapshot(requestId: string, key: string, make: () => ChatSnapshot): KeptSnapshot;
  /** Tells watchers to open the chat again. */
  restart(requestId: string): void;
  patches(): number;
}

/** A snapshot that was serialised once for all who open the same window. */
export interface KeptSnapshot {
  readonly text: string;
  readonly window: Window;
}

interface Pending {
  readonly upserts: Map<string, CachedMessage>;
  readonly removals: Set<string>;
}

const toRange = (window: Window): RangeSet => rangeSet(window.lo, window.tail ? PROVISIONAL_BASE - 1 : window.hi);

/** Creates the views. */
export function createViews({ sessions, timers, meta, tickets, onTickets, onInterest }: ViewsSetup): Views {
  const versions = new Map<string, number>();
  const windows = new Map<string, Map<Session, RangeSet>>();
  const ticketWatchers = new Set<Session>();
  const pending = new Map<string, Pending>();
  const texts = new Map<string, Map<string, KeptSnapshot>>();
  const changedTickets = new Map<string, CachedTicket>();
  const removedTickets = new Set<string>();
  let cancelTickets: (() => void) | null = null;
  let ticketsText: string | null = null;
  let posted = 0;

  const version = (view: string): number => versions.get(view) ?? 0;
  const advance = (view: string): number => {
    const next = version(view) + 1;
    versions.set(view, next);
    return next;
  };

  const flush = (): void => {
    for (const [requestId, { upserts, removals }] of pending) {
      texts.delete(requestId);
      const next = advance(requestId);
      const watching = windows.get(requestId);
      if (!watching) continue;
      const patch: ChatPatch = { t: 'chat', requestId, version: next, upserts: [...upserts.values()], removals: [...removals], meta: meta(requestId) };
      const text = JSON.stringify(patch);
      posted += 1;
      for (const session of watching.keys()) sessions.post(session, text, requestId);
    }
    pending.clear();
  };

  const flushTickets = (): void => {
    cancelTickets?.();
    cancelTickets = null;
    if (changedTickets.size === 0 && removedTickets.size === 0) return;
    const patch: TicketsPatch = { t: 'tickets', version: advance(TICKETS), upserts: [...changedTickets.values()], removals: [...removedTickets] };
    changedTickets.clear();
    removedTickets.clear();
    onTickets(patch.upserts, patch.removals);
    if (ticketWatchers.size === 0) return;
    const text = JSON.stringify(patch);
    posted += 1;
    for (const session of ticketWatchers) sessions.post(session, text, TICKETS);
  };

  const changed: Views['changed'] = (requestId, upserts = [], removals = []) => {
    if (pending.size === 0) void Promise.resolve().then(flush);
    let change = pending.get(requestId);
    if (!change) pending.set(requestId, (change = { upserts: new Map(), removals: new Set() }));
    for (const key of removals) {
      change.upserts.delete(key);
      change.removals.add(key);
    }
    for (const row of upserts) {
      change.upserts.set(rowKey(row), row);
      change.removals.delete(rowKey(row));
    }
  };

  const unwatch = (session: Session, requestId: string): void => {
    const watching = windows.get(requestId);
    if (!watching?.delete(session)) return;
    if (watching.size === 0) windows.delete(requestId);
    onInterest(requestId);
  };

  return {
    version,
    watch: (session, requestId, window) => {
      let watching = windows.get(requestId);
      if (!watching) windows.set(requestId, (watching = new Map()));
      watching.set(session, union(watching.get(session) ?? [], toRange(window)));
      onInterest(requestId);
    },
    unwatch,
    watchTickets: (session, watching) => void (watching ? ticketWatchers.add(session) : ticketWatchers.delete(session)),
    drop: (session) => {
      ticketWatchers.delete(session);
      for (const requestId of [...windows.keys()]) unwatch(session, requestId);
    },
    watchers: (requestId) => [...(windows.get(requestId)?.keys() ?? [])],
    watchedChats: () => [...windows.keys()],
    shown: (requestId) => [...(windows.get(requestId)?.values() ?? [])].reduce<RangeSet>(union, []),
    changed,
    ticketsChanged: (upserts, removals) => {
      ticketsText = null;
      cancelTickets ??= timers.after(TICKETS_DELAY_MS, flushTickets);
      for (const ticket of upserts) {
        changedTickets.set(ticket.id, ticket);
        removedTickets.delete(ticket.id);
      }
      for (const id of removals) {
        changedTickets.delete(id);
        removedTickets.add(id);
      }
    },
    ticketsSnapshot: () => {
      flushTickets();
      return (ticketsText ??= JSON.stringify({ version: version(TICKETS), tickets: tickets() }));
    },
    kept: (requestId, key) => {
      flush();
      return texts.get(requestId)?.get(key);
    },
    snapshot: (requestId, key, make) => {
      // A change not posted yet is in what `make` reads: its patch goes out first, so that versions fit.
      flush();
      const snapshot = make();
      const made = { text: JSON.stringify(snapshot), window: snapshot.window };
      let kept = texts.get(requestId);
      if (!kept) texts.set(requestId, (kept = new Map()));
      kept.set(key, made);
      return made;
    },
    restart: (requestId) => {
      texts.delete(requestId);
      advance(requestId);
      const text = JSON.stringify({ t: 'stale', requestIds: [requestId], tickets: false });
      for (const session of windows.get(requestId)?.keys() ?? []) sessions.post(session, text);
    },
    patches: () => posted,
  };
}
