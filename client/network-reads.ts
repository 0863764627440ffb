/**
 * Reading without a daemon: where none can be started, a tab asks the server by itself and says so (`status.degraded`).
 *
 * Owns: answers to the calls of views, made from the backend contract's reads, and asking again every few seconds while the page is visible.
 * Stores nothing and sends nothing: what has to be stored is refused with `HOST_UNAVAILABLE`, and the caller keeps its text. It is loaded
 * when it is needed. Does not know views; it tells them to open again.
 */
import * as v from 'valibot';
import { ServerMessage, ServerTicket } from '../protocol/backend.ts';
import type { CallInput, CallName, CallOutputs } from '../protocol/daemon-api.ts';
import { TabcachedError, toTabcachedError, type ErrorCode } from '../protocol/errors.ts';
import { OUTBOX_LIMIT } from '../protocol/limits.ts';
import type { OutboxSnapshot } from '../protocol/outbox.ts';
import type { CachedMessage, CachedTicket } from '../protocol/records.ts';
import type { ChatMeta, ChatPage, StaleViews, TicketsSnapshot, Window } from '../protocol/views.ts';
import type { Call } from './calls.ts';
import type { LoadedEnvironment } from './env.ts';

/** How often what is shown is asked for again. */
const AGAIN_MS = 10_000;

/** What reading needs to know. */
export interface NetworkReadsSetup {
  readonly env: LoadedEnvironment;
  /** Absolute base URL of the backend. */
  readonly backend: string;
  readonly deadlineMs: number;
  readonly tabId: string;
  getToken(rejected: string | null): string | null | Promise<string | null>;
  /** These views may show what is old by now. */
  onStale(views: StaleViews): void;
}

/** Reads over the network. */
export interface NetworkReads {
  readonly call: Call;
  /** Idempotent; answers that are under way are nobody's any more. */
  close(): void;
}

const refusal = (): TabcachedError => new TabcachedError('HOST_UNAVAILABLE', 'There is no daemon in this browser at the moment, so nothing can be stored or sent. Keep the text and try again.');

const CODES: Readonly<Record<number, ErrorCode>> = { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 404: 'NOT_FOUND', 429: 'RATE_LIMITED' };
/** Calls that let go of something: nothing is held here. */
const NOTHING = /^(bye|report|ack|ping|close|watchNotices|noticed)/;

/** Begins to read. */
export function openNetworkReads(setup: NetworkReadsSetup): NetworkReads {
  const { env, backend, deadlineMs } = setup;
  const now = (): number => env.later.wallTime();
  const watched = new Set<string>();
  let tickets: readonly CachedTicket[] = [];
  let ticketsWatched = false;
  let token: string | null = null;

  const request = async (path: string, retried = false): Promise<{ readonly body: unknown; readonly headers: Headers }> => {
    token ??= await setup.getToken(null);
    const abort = new AbortController();
    const cancel = env.timers.after(deadlineMs, () => abort.abort());
    try {
      const used = token;
      const response = await env.later.fetch(backend.replace(/\/$/, '') + path, { signal: abort.signal, headers: used === null ? {} : { Authorization: `Bearer ${used}` } });
      if (response.status === 401 && !retried) {
        token = await setup.getToken(used);
        if (token !== null) return await request(path, true);
      }
      if (!response.ok) throw new TabcachedError(CODES[response.status] ?? (response.status >= 500 ? 'SERVER_FAILED' : 'REJECTED'), `The server answered ${response.status}.`, { status: response.status });
      return { body: await response.json(), headers: response.headers };
    } catch (thrown) {
      if (thrown instanceof TabcachedError) throw thrown;
      throw abort.signal.aborted ? new TabcachedError('TIMEOUT') : toTabcachedError(thrown, 'OFFLINE');
    } finally {
      cancel();
    }
  };

  const readTickets = async (): Promise<void> => {
    const { body } = await request('/requests');
    const told = (body as { readonly tickets?: readonly unknown[] } | null)?.tickets ?? [];
    tickets = told.flatMap((raw) => {
      const checked = v.safeParse(ServerTicket, raw);
      if (!checked.success) return [];
      const { revision, ...ticket } = checked.output;
      return [{ ...ticket, _revision: revision, _cachedAt: now() }];
    });
  };

  const readPage = async (requestId: string, query: string): Promise<{ readonly rows: readonly CachedMessage[]; readonly headers: Headers }> => {
    const { body, headers } = await request(`/chat/messages/request/${encodeURIComponent(requestId)}?${query}`);
    const rows = (Array.isArray(body) ? body : []).flatMap((raw: unknown) => {
      const checked = v.safeParse(ServerMessage, raw);
      if (!checked.success || checked.output.requestId !== requestId) return [];
      const { revision, ...message } = checked.output;
      return [{ ...message, status: 'sent' as const, _cachedAt: now(), _syncVersion: 0, _revision: revision }];
    });
    return { rows, headers };
  };

  const count = (headers: Headers, name: string, otherwise: number): number => {
    const value = headers.get(name);
    return value === null || !/^\d+$/.test(value) ? otherwise : Number(value);
  };

  /** A page as a view takes it over. All of the chat counts as held, so that a view loads again what it showed before. */
  const answer = (requestId: string, window: Window, { rows, headers }: Awaited<ReturnType<typeof readPage>>): string => {
    const ticket = tickets.find(({ id }) => id === requestId);
    const head = count(headers, 'X-Head-Sequence', rows.at(-1)?.sequenceNumber ?? 0);
    const meta: ChatMeta = {
      state: 'SYNCED',
      floor: 1,
      watermark: window.hi,
      head,
      gaps: [],
      unverified: [],
      unread: ticket?.unreadCount ?? 0,
      lastReadSequence: ticket?.lastReadSequence ?? 0,
      held: rows.length,
      total: count(headers, 'X-Total-Count', rows.length),
      revision: null,
      lastSyncedAt: now(),
      lane: { pending: 0, blocked: null, nextRetryAt: null },
      draft: '',
      draftBy: null,
      draftVersion: 0,
      problem: null,
    };
    const page: ChatPage = { requestId, version: 0, window, rows, meta };
    return JSON.stringify(page);
  };
  const reaches = (headers: Headers): boolean => headers.get('X-Has-Newer') !== 'true';
  /** Lowest sequence of a window that begins with that row: the beginning of the chat, when nothing is older. */
  const lowest = (headers: Headers, lo: number): number => (headers.get('X-Has-More') === 'true' ? lo : 1);

  const openChat = async ({ requestId, anchor, limit = 50 }: CallInput<'openChat'>): Promise<string> => {
    watched.add(requestId);
    // The first unread one is somewhere in the newest, or found by scrolling.
    const from = typeof anchor === 'number' ? Math.max(1, anchor) : null;
    const page = await readPage(requestId, from === null ? `limit=${limit}` : `since_sequence=${from - 1}&limit=${limit}`);
    const lo = from ?? lowest(page.headers, page.rows[0]?.sequenceNumber ?? 1);
    const hi = Math.max(lo, page.rows.at(-1)?.sequenceNumber ?? 0);
    return answer(requestId, { lo, hi, tail: from === null || reaches(page.headers) }, page);
  };

  const loadPage = async ({ requestId, direction, lo, hi, tail, gap, limit }: CallInput<'loadPage'>): Promise<string> => {
    const query = direction === 'older' ? `before_sequence=${lo}` : direction === 'newer' ? `since_sequence=${hi}` : `start_sequence=${gap?.startSeq ?? lo}&end_sequence=${gap?.endSeq ?? hi}`;
    const page = await readPage(requestId, `${query}&limit=${limit}`);
    const first = page.rows[0]?.sequenceNumber ?? lo;
    const last = page.rows.at(-1)?.sequenceNumber ?? hi;
    if (direction === 'newer') return answer(requestId, { lo, hi: Math.max(hi, last), tail: reaches(page.headers) }, page);
    return answer(requestId, { lo: direction === 'older' ? Math.min(lo, lowest(page.headers, first)) : lo, hi, tail }, page);
  };

  const answers: { readonly [Name in CallName]?: (input: CallInput<Name>) => CallOutputs[Name] | Promise<CallOutputs[Name]> } = {
    openTickets: async () => {
      ticketsWatched = true;
      await readTickets();
      const snapshot: TicketsSnapshot = { version: 0, tickets };
      return JSON.stringify(snapshot);
    },
    closeTickets: () => {
      ticketsWatched = false;
      return null;
    },
    openChat,
    closeChat: ({ requestId }) => {
      watched.delete(requestId);
      return null;
    },
    loadPage,
    syncChat: ({ requestId }) => {
      setup.onStale({ t: 'stale', requestIds: [requestId], tickets: false });
      return null;
    },
    watchOutbox: () => {
      const snapshot: OutboxSnapshot = { version: 0, count: 0, limit: OUTBOX_LIMIT, paused: null, operations: [] };
      return JSON.stringify(snapshot);
    },
    watchTabs: () => [{ tabId: setup.tabId, ...env.page.report(), chats: [...watched] }],
    callTab: () => false,
  };

  const call: Call = async (name, input) => {
    const handler = answers[name] as ((input: unknown) => unknown) | undefined;
    if (handler) return (await handler(input)) as never;
    if (NOTHING.test(name)) return null as never;
    throw refusal();
  };

  let cancel: () => void = () => undefined;
  const again = (): void => {
    if (env.page.report().visible) setup.onStale({ t: 'stale', requestIds: [...watched], tickets: ticketsWatched });
    cancel = env.timers.after(AGAIN_MS, again);
  };
  cancel = env.timers.after(AGAIN_MS, again);
  return { call, close: () => cancel() };
}
