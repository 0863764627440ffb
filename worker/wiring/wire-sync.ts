/**
 * The side of the server: backend and push link, chats and their engine, the ticket list.
 *
 * Owns: where each thing that the server tells goes.
 */
import type { Backend, CachedMessage, ReadState } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import { createChatPages, type ChatPages } from '../chat-pages.ts';
import type { Parts, PartsSetup } from '../parts.ts';
import { createPush, type Push } from '../push.ts';
import { createChatBook, type ChatBook } from '../sync/chat-book.ts';
import { revisionOf, type ChatModel } from '../sync/chat-model.ts';
import { isExpired } from '../sync/chat-state.ts';
import { createSyncEngine, type SyncEngine } from '../sync/engine.ts';
import { createExpiryWatch, type ExpiryWatch } from '../sync/expiry-watch.ts';
import { createFrameDesk } from '../sync/frames.ts';
import { createTicketList, type TicketList } from '../sync/tickets.ts';
import { unreadCount } from '../sync/unread.ts';
import { tapBackend } from '../tap-backend.ts';

/** The server's side. */
export interface SyncParts {
  readonly backend: Backend;
  readonly book: ChatBook;
  readonly engine: SyncEngine;
  readonly pages: ChatPages;
  readonly tickets: TicketList;
  readonly push: Push;
  readonly expiry: ExpiryWatch;
  /** Highest sequence that the server is known to have in a chat; 0 when unknown. */
  headOf(requestId: string): number;
  unreadOf(model: ChatModel): number;
  /** Rows of a chat changed: screens and observers hear of it. */
  rowsChanged(requestId: string, upserts: readonly CachedMessage[], removals: readonly string[]): void;
  /** The ticket list shows what the chat knows. */
  showRead(requestId: string): void;
}

/** Creates the server's side; `parts` holds base and tabs by now, and the rest when something happens. */
export function wireSync({ env, identity, booted, settings, journal, createBackend }: PartsSetup, parts: Parts): SyncParts {
  const { userId } = identity;
  const { clock, timers, random, log, network } = env;
  const { announce, committer, counters, hostChanged, interest, tokens, unlock, views } = parts;
  const onRejected = (count: number): void => counters.rejected(count);

  const backend = tapBackend(createBackend({
    baseUrl: settings.backend,
    network,
    timers,
    clock,
    random,
    log,
    token: (rejected, signal) => tokens.get(rejected, signal),
    verifiedToken: async (rejected, signal) => {
      const token = await tokens.get(rejected, signal);
      if (!backend.openPush || tokens.isVerified(token)) return token;
      // A token that replaced a rejected one may be another user's: its own welcome has to tell.
      push.reopen();
      throw new TabcachedError('UNAUTHORIZED', 'A new token has to be verified first.');
    },
  }), journal.note);

  const headOf = (requestId: string, meta = book.get(requestId)?.meta): number => Math.max(meta?._headSequence ?? 0, tickets.get(requestId)?.headSequence ?? 0);
  // Of the chat as it is about to be: the head that it had may be one of a server that was set back.
  const unreadOf = (model: ChatModel): number => unreadCount(model, userId, headOf(model.requestId, model.meta));
  const rowsChanged: SyncParts['rowsChanged'] = (requestId, upserts, removals) => {
    if (removals.length > 0) parts.media.loaded()?.rowsRemoved(requestId, removals);
    views.changed(requestId, upserts, removals);
    if (upserts.length > 0 || removals.length > 0) announce.rows(book.open(requestId), upserts, removals);
  };
  const showRead = (requestId: string): void => {
    const model = book.get(requestId);
    if (model) tickets.setRead(requestId, model.meta.unreadCount, Math.max(model.meta.lastReadSequence, model.meta._serverRead?.lastReadSequence ?? 0));
  };
  const readTold = (state: ReadState): void => {
    if (book.get(state.requestId)) parts.readMarks.told(state);
    else tickets.toldRead(state);
  };

  const book = createChatBook({
    store: booted.store,
    committer,
    clock,
    log,
    stored: booted.chats,
    firstRead: (requestId) => {
      const ticket = tickets.get(requestId);
      return ticket ? { unreadCount: ticket.unreadCount, lastReadSequence: ticket.lastReadSequence, revision: ticket._revision } : null;
    },
    derive: (model) => {
      const unread = unreadOf(model);
      return model.meta.unreadCount === unread ? model.meta : { ...model.meta, unreadCount: unread };
    },
    onForgotten: (requestId) => {
      parts.media.loaded()?.forget(requestId);
      views.restart(requestId);
    },
    onChange: ({ requestId, upserts, removals, confirmed }) => {
      if (upserts.length > 0) parts.media.loaded()?.rowsStored(requestId, upserts);
      rowsChanged(requestId, upserts, removals);
      showRead(requestId);
      for (const operation of parts.ledger.forget(confirmed)) announce.operation(operation, 'completed');
      if (confirmed.length > 0) {
        parts.executor.wake();
        hostChanged();
      }
    },
  });

  const engine = createSyncEngine({
    env,
    backend,
    book,
    clock,
    log,
    interest,
    link: { attached: () => push.attached(), attachment: () => push.attachment() },
    ticketHead: (requestId) => tickets.get(requestId)?.headSequence ?? 0,
    headsPending: () => tickets.refreshing(),
    onFetch: (kind) => counters.fetched(kind),
    onRejected,
    onParked: () => counters.parked(),
    onSynced: (kind) => parts.cacheUse.synced(kind),
    onState: (requestId) => {
      views.changed(requestId);
      announce.state(requestId, parts.meta(requestId).state);
      hostChanged();
    },
    onForbidden: (requestId) => void book.reset(requestId, true, true),
    onStep: (requestId) => frames.resume(requestId),
  });
  const frames = createFrameDesk({ env, book, engine, interest, onRejected });

  /** Revisions that chats had come to when the list's server lost its memory: one whose ticket is not as far has rows that never happened. */
  let reached: ReadonlyMap<string, number | null> = new Map();
  const tickets = createTicketList({
    env,
    backend,
    committer,
    stored: booted.tickets,
    cursor: booted.cursor,
    onTold: (ticket) => {
      const { unreadCount: unread, lastReadSequence, id: requestId, _revision: revision } = ticket;
      engine.told(requestId);
      if (!book.get(requestId)) return {};
      frames.expect(requestId, revision);
      const told = (): void => parts.readMarks.told({ requestId, unreadCount: unread, lastReadSequence, revision });
      told();
      // On a screen, the chat's own answers tell, and nothing of it goes before they do.
      if (revision < (reached.get(requestId) ?? 0) && interest.urgency(requestId) === 0) void book.reset(requestId, true, true).then(told);
      // Nothing new of its reading, but perhaps a new head: what was read up to the old one was told before it.
      if (unreadOf(book.open(requestId)) !== book.open(requestId).meta.unreadCount) book.touch(requestId, (meta) => ({ ...meta }));
      const model = book.open(requestId);
      return { unreadCount: model.meta.unreadCount, lastReadSequence: Math.max(model.meta.lastReadSequence, lastReadSequence) };
    },
    onRestart: () => {
      reached = new Map(book.requestIds().map((requestId) => [requestId, revisionOf(book.open(requestId))]));
      parts.readMarks.forgetServer();
    },
    onChange: ({ upserts, removals, first }) => {
      const { ledger, outboxPart, readMarks, tabs } = parts;
      views.ticketsChanged(upserts, removals);
      for (const requestId of removals) readMarks.forgetServer(requestId);
      tabs.loaded()?.look(upserts, first);
      // What became of a ticket may explain a refusal.
      const told = new Set([...upserts.map(({ id }) => id), ...removals]);
      for (const { status, requestId } of ledger.all()) if (status === 'failed' && told.has(requestId)) views.changed(requestId);
      outboxPart.loaded()?.changed();
    },
    onFetch: () => counters.fetched('tickets'),
    onRejected,
    onProblem: (error) => {
      if (error) return log.warn('tickets not fetched', { code: error.code });
      // Without a push link no welcome ever comes: an answer that needed the token has to do.
      if (!backend.openPush) unlock();
    },
    onSettled: () => {
      engine.headsTold();
      hostChanged();
    },
  });

  const catchUp = (): void => {
    engine.doubtAll();
    void tickets.refresh();
    engine.wantAll();
  };
  const push = createPush(backend, userId, env, {
    onAttached: () => {
      const { executor, media, outboxPart, signOut, tabs } = parts;
      tokens.verify();
      if (backend.openPush) unlock();
      // They have to be there when the network is not.
      for (const part of [signOut, outboxPart, tabs]) part.load().catch(() => undefined);
      catchUp();
      executor.wake(true);
      media.loaded()?.wake(true);
      hostChanged();
    },
    onDetached: () => {
      engine.doubtAll();
      hostChanged();
    },
    onLost: () => {
      catchUp();
      hostChanged();
    },
    onChange: (frame) => frames.receive(frame),
    onTicket: (ticket) => tickets.take(ticket),
    onRemoved: (requestId) => {
      tickets.remove(requestId);
      engine.deny(requestId, new TabcachedError('FORBIDDEN', 'This chat is not visible to this user any more.'));
    },
    onRead: readTold,
    onWrongUser: (named) => {
      log.error('token of another user', { expected: userId, named });
      tokens.refuse();
    },
  });

  const expiry = createExpiryWatch({
    timers,
    watched: () => views.watchedChats(),
    isExpired: (requestId) => !engine.cell(requestId).current && isExpired(book.get(requestId)?.meta.lastSyncedAt ?? 0, clock.now()),
    onExpired: (requestId) => views.changed(requestId),
  });
  const pages = createChatPages({ book, engine, meta: (requestId) => parts.meta(requestId), version: (requestId) => views.version(requestId) });
  return { backend, book, engine, pages, tickets, push, expiry, headOf, unreadOf, rowsChanged, showRead };
}
