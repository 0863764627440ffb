/**
 * The ticket list: every ticket this user may see, and what changed of it.
 *
 * Owns: tickets in memory and store, their cursor, fetching what changed (never message text), the higher revision wins. Does not know
 * chats; the daemon tells it the unread counts that were computed from held messages.
 */
import { ServerTicket, type Backend, type CachedTicket, type ReadState } from '../../protocol/index.ts';
import { toTabcachedError, type TabcachedError } from '../../protocol/errors.ts';
import * as v from 'valibot';
import { backoffMs } from '../backoff.ts';
import type { Environment } from '../env.ts';
import type { Committer } from '../store/committer.ts';
import { ticketCommit } from '../store/ticket-commits.ts';

/** What changed of the list. */
export interface TicketsEvent {
  readonly upserts: readonly CachedTicket[];
  readonly removals: readonly string[];
  /** There was no cursor: what was unknown before may be as old as the chat. */
  readonly first?: boolean;
}

/** What the list is made with. */
export interface TicketListSetup {
  readonly env: Pick<Environment, 'clock' | 'timers' | 'random' | 'log'>;
  readonly backend: Pick<Backend, 'tickets'>;
  readonly committer: Committer;
  readonly stored: readonly CachedTicket[];
  readonly cursor: string | null;
  /** The server's word on a ticket; answers what of it is known better here: unread count and mark of an opened chat. */
  onTold(ticket: CachedTicket): Partial<CachedTicket>;
  /** The server does not know its own cursor any more: what it said of reading may not be true either. */
  onRestart(): void;
  onChange(event: TicketsEvent): void;
  onFetch(): void;
  onRejected(count: number): void;
  onProblem(error: TabcachedError | null): void;
  /** An answer was applied, or has failed. */
  onSettled(): void;
}

/** The list. */
export interface TicketList {
  all(): readonly CachedTicket[];
  get(requestId: string): CachedTicket | undefined;
  /** Asks for what changed; one request at a time, once more when asked meanwhile. Resolves when it is applied or has failed. */
  refresh(): Promise<void>;
  /** Is an answer under way? */
  refreshing(): boolean;
  /** A ticket as the server pushed it. */
  take(raw: unknown): void;
  /** This user may not see it any more. */
  remove(requestId: string): void;
  /** The server's word on this user's reading of a chat that was never opened here. */
  toldRead(state: ReadState): void;
  /** Unread count and mark as they follow from held messages and what was read here. */
  setRead(requestId: string, unreadCount: number, lastReadSequence: number): void;
  close(): void;
}

/** Creates the list from what the store holds. */
export function createTicketList(setup: TicketListSetup): TicketList {
  const { env, committer } = setup;
  const tickets = new Map(setup.stored.map((ticket) => [ticket.id, ticket]));
  const over = new AbortController();
  /** Tickets that frames spoke of since the request under way was sent. */
  const pushed = new Set<string>();
  /** Revisions of which this user's reading was told last, by chat: the ticket itself may be of an older one. */
  const reads = new Map<string, number>();
  let cursor = setup.cursor;
  let running: Promise<void> | null = null;
  let again = false;
  let failures = 0;
  let cancelRetry: (() => void) | null = null;

  const store = (upserts: readonly CachedTicket[], removals: readonly string[], newCursor: string | null): void => {
    committer
      .add(ticketCommit({ upserts, removals, cursor: newCursor }))
      .catch((error: unknown) => env.log.warn('tickets not stored', { error: String(error) }));
  };

  const apply = (raw: readonly unknown[], removed: readonly string[], newCursor: string | null): void => {
    const upserts: CachedTicket[] = [];
    let refused = 0;
    const first = cursor === null;
    for (const candidate of raw) {
      const checked = v.safeParse(ServerTicket, candidate);
      if (!checked.success) {
        refused += 1;
        continue;
      }
      const { revision, ...body } = checked.output;
      const known = tickets.get(body.id);
      if (known && known._revision > revision) continue;
      const told: CachedTicket = { ...body, _revision: revision, _cachedAt: known?._cachedAt ?? env.clock.now() };
      // An opened chat is told what the server says, not what was read here since: that may be refused.
      const news = { ...told, ...(revision <= Math.max(known?._revision ?? 0, reads.get(body.id) ?? 0) && laterWord(known, body)) };
      // A chat's unread count is worked out with the head of its ticket, which may be new here.
      tickets.set(body.id, news);
      const ticket = { ...news, ...setup.onTold(told) };
      tickets.set(body.id, ticket);
      if (known && known._revision === revision && sameTicket(known, ticket)) continue;
      upserts.push(ticket);
    }
    const removals = removed.filter((id) => tickets.delete(id));
    if (refused > 0) setup.onRejected(refused);
    if (newCursor !== null) cursor = newCursor;
    if (upserts.length > 0 || removals.length > 0) setup.onChange({ upserts, removals, first });
    if (upserts.length > 0 || removals.length > 0 || newCursor !== null) store(upserts, removals, newCursor);
  };

  /** A server that was set back counts revisions that were counted before: whatever it says from now on is newer. */
  const restart = (): void => {
    cursor = null;
    reads.clear();
    for (const ticket of tickets.values()) tickets.set(ticket.id, { ...ticket, _revision: 0 });
    setup.onRestart();
  };

  const setRead = (requestId: string, unreadCount: number, lastReadSequence: number): void => {
    const known = tickets.get(requestId);
    if (!known || (known.unreadCount === unreadCount && known.lastReadSequence === lastReadSequence)) return;
    const ticket = { ...known, unreadCount, lastReadSequence };
    tickets.set(requestId, ticket);
    setup.onChange({ upserts: [ticket], removals: [] });
    store([ticket], [], null);
  };

  const fetchOnce = async (): Promise<void> => {
    setup.onFetch();
    pushed.clear();
    const whole = cursor === null;
    const known = new Map([...tickets.values()].map(({ id, _revision }) => [id, _revision]));
    const page = await setup.backend.tickets(cursor, { signal: over.signal });
    const idOf = (ticket: unknown): unknown => (ticket as { id?: unknown } | null)?.id;
    const told = new Set(page.tickets.map(idOf));
    // Without a cursor the answer is the whole list: what is not in it is gone.
    const gone = whole ? [...tickets.keys()].filter((id) => !told.has(id)) : [];
    // A frame that came while the answer was under way may be the newer word on who sees what: the next answer tells.
    const doubtful = (id: unknown): boolean => pushed.has(id as string);
    const removed = [...page.removed, ...gone];
    const changed = page.tickets.filter((ticket) => !doubtful(idOf(ticket)) || tickets.has(idOf(ticket) as string));
    if (removed.some(doubtful) || changed.length < page.tickets.length) again = true;
    if (page.tickets.some((ticket) => (known.get(idOf(ticket) as string) ?? 0) > ((ticket as { revision?: number } | null)?.revision ?? Number.POSITIVE_INFINITY))) {
      // More was known before this was asked for: the server was set back, and no cursor was there to tell. Frames since may know more
      // than this answer, so it is asked once more.
      restart();
      again = true;
      return;
    }
    apply(changed, removed.filter((id) => !doubtful(id)), again ? cursor : page.cursor);
  };

  const fetchAll = async (): Promise<void> => {
    cancelRetry?.();
    cancelRetry = null;
    try {
      do {
        again = false;
        await fetchOnce();
      } while (again);
      failures = 0;
      setup.onProblem(null);
    } catch (thrown) {
      const error = toTabcachedError(thrown);
      if (over.signal.aborted) return;
      if (error.code === 'CURSOR_EXPIRED' && cursor !== null) {
        restart();
        return fetchAll();
      }
      setup.onProblem(error);
      // Whoever asked meanwhile may have known of a good token.
      if (error.code === 'UNAUTHORIZED' || error.code === 'USER_MISMATCH') return again ? fetchAll() : undefined;
      cancelRetry = env.timers.after(backoffMs(failures++, env.random(), error.retryAfterMs), () => void refresh());
    }
  };

  const refresh = (): Promise<void> => {
    if (running) again = true;
    running ??= fetchAll().finally(() => {
      running = null;
      setup.onSettled();
    });
    return running;
  };

  return {
    all: () => [...tickets.values()],
    get: (requestId) => tickets.get(requestId),
    refresh,
    refreshing: () => running !== null,
    take: (raw) => {
      pushed.add((raw as { id?: string } | null)?.id ?? '');
      apply([raw], [], null);
    },
    remove: (requestId) => {
      pushed.add(requestId);
      apply([], [requestId], null);
    },
    toldRead: ({ requestId, unreadCount, lastReadSequence, revision }) => {
      const known = tickets.get(requestId);
      // The list that is under way may have been read before: it is asked for again.
      if (!known) return void pushed.add(requestId);
      // Frames may come late.
      if (known._revision > revision || (known._revision === revision && known.lastReadSequence > lastReadSequence)) return;
      reads.set(requestId, revision);
      setRead(requestId, unreadCount, lastReadSequence);
    },
    setRead,
    close: () => {
      over.abort();
      cancelRetry?.();
    },
  };
}

/**
 * Of one revision there may be two words, because reading and rolled-back messages make none: an answer may be older than a frame that
 * overtook it. The head and the read mark only rise.
 */
function laterWord(known: CachedTicket | undefined, told: Omit<ServerTicket, 'revision'>): Partial<CachedTicket> {
  if (!known) return {};
  const { unreadCount, lastReadSequence } = known;
  const headSequence = Math.max(known.headSequence, told.headSequence);
  return lastReadSequence > told.lastReadSequence ? { headSequence, unreadCount, lastReadSequence } : { headSequence };
}

const sameTicket = (known: CachedTicket, told: CachedTicket): boolean =>
  (Object.keys(told) as (keyof CachedTicket)[]).every((field) => JSON.stringify(known[field]) === JSON.stringify(told[field]));
