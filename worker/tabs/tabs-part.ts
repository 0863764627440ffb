/**
 * What tabs know of each other: a part of the daemon that loads when it is used.
 *
 * Owns: its calls, and reading and storing what is not told yet. The rest is in `tab-list.ts` and `notices.ts`.
 */
import type { CachedTicket, CallHandlers, NoticeMark } from '../../protocol/index.ts';
import { tabInputs, UNTOLD_KEY } from '../../protocol/tabs.ts';
import type { Booted } from '../boot.ts';
import { checkedCall } from '../checked-call.ts';
import type { Environment } from '../env.ts';
import type { Session, Sessions } from '../sessions.ts';
import type { Committer, Write } from '../store/committer.ts';
import type { ChatBook } from '../sync/chat-book.ts';
import type { TicketList } from '../sync/tickets.ts';
import type { Views } from '../views.ts';
import { countsRead } from './counts-read.ts';
import { createNotices } from './notices.ts';
import { createTabList } from './tab-list.ts';

/** What the part is made with. */
export interface TabsSetup {
  readonly env: Pick<Environment, 'clock' | 'timers' | 'log'>;
  /** What the daemon began with. */
  readonly booted: Pick<Booted, 'store' | 'tickets' | 'cursor'>;
  readonly book: Pick<ChatBook, 'get'>;
  readonly committer: Pick<Committer, 'add'>;
  readonly sessions: Pick<Sessions, 'all' | 'post'>;
  readonly views: Pick<Views, 'watchedChats' | 'watchers'>;
  readonly tickets: Pick<TicketList, 'all'>;
  /** Connected tabs, the one that is most looked at first. */
  byUrgency(): readonly Session[];
}

/** The part. */
export interface TabsPart {
  /** A tab's call, by name, with an input that is still to be checked. */
  call(session: Session, name: string, input: unknown): Promise<unknown>;
  /** Anything about tabs may have changed. */
  changed(): void;
  /** A tab that was left out has caught up. */
  again(session: Session, missed: readonly string[]): void;
  /** Tickets changed. `first`: of a list that was never fetched before. */
  look(changed: readonly CachedTicket[], first?: boolean): void;
  close(): void;
}

/** A notice is not held back for longer by storage that takes nothing. */
const PATIENCE_MS = 1_000;

/** A small write, which nothing waits behind. */
const writeOf = (key: string, work: Write['work']): Write => ({ key, stores: ['ticket_meta'], rows: 0, durability: 'relaxed', work });

/** Creates the part. Rejects when the store cannot be read. */
export async function createTabsPart(setup: TabsSetup): Promise<TabsPart> {
  const { env: { clock, timers, log }, book, booted, committer, sessions, views, tickets } = setup;
  const shows = (session: Session, requestId: string): boolean => views.watchers(requestId).includes(session);
  const record = await booted.store.read(['ticket_meta'], (tx) => tx.get('ticket_meta', UNTOLD_KEY)).catch(() => undefined);
  const list = createTabList({
    timers,
    sessions: () => sessions.all(),
    chatsOf: (session) => views.watchedChats().filter((requestId) => shows(session, requestId)),
    post: sessions.post,
  });
  const notices = createNotices(
    {
      clock,
      timers,
      known: booted.tickets,
      untold: (record?.value as Readonly<Record<string, NoticeMark>> | undefined) ?? null,
      note: (value) => {
        committer.add(writeOf(UNTOLD_KEY, (tx) => tx.put('ticket_meta', { key: UNTOLD_KEY, value }))).catch((error: unknown) => log.warn('what is not told is not noted', { error: String(error) }));
      },
      stored: async () => {
        // The change that is being told of is queued by the end of this turn; nothing overtakes in that queue.
        await Promise.resolve();
        const patience = new Promise<void>((resolve) => void timers.after(PATIENCE_MS, resolve));
        await Promise.race([committer.add(writeOf('@told', async () => undefined)).catch(() => undefined), patience]);
      },
      tickets: () => tickets.all(),
      sessions: setup.byUrgency,
      shows,
      countsRead: (requestId) => countsRead(book.get(requestId)),
      post: sessions.post,
    },
    booted.cursor === null,
  );
  const callsOf = (session: Session): Pick<CallHandlers, keyof typeof tabInputs> => ({
    watchTabs: ({ watching }) => list.watch(session, watching),
    callTab: ({ tabId, requestId }) => list.callTab(session, tabId, requestId),
    watchNotices: ({ watching }) => {
      notices.watch(session, watching);
      return null;
    },
    noticed: ({ number }) => {
      notices.confirm(session, number);
      return null;
    },
  });
  return {
    call: (session, name, input) => checkedCall(tabInputs, callsOf(session), name, input),
    changed: list.changed,
    again: list.again,
    look: notices.look,
    close: () => {
      list.close();
      notices.close();
    },
  };
}
