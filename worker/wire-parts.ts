/**
 * The daemon's parts, wired together for one user and one set of settings.
 *
 * Owns: who tells whom. Each part knows only the ports it was given; what crosses between them crosses here.
 */
import type { Backend, CachedMessage, ChatMeta, HostState, OfflineOperation, OutboxPause, ReadState } from '../protocol/index.ts';
import { TabcachedError } from '../protocol/errors.ts';
import { updatesChannel } from '../protocol/names.ts';
import { SIGNED_OUT_KEY } from '../protocol/sign-out.ts';
import { createAnnouncer } from './announce.ts';
import { createCacheUse } from './cache-use.ts';
import { chatMeta } from './chat-meta.ts';
import { createChatPages } from './chat-pages.ts';
import { createCounters } from './counters.ts';
import { createDrafts } from './drafts.ts';
import { createHostReport } from './host-report.ts';
import { createLazyPart } from './lazy-part.ts';
import { createGate } from './gate.ts';
import { createExecutor } from './outbox/executor.ts';
import { createLedger } from './outbox/ledger.ts';
import { createOutbox, type OutboxSetup } from './outbox/outbox.ts';
import { createReadMarks } from './outbox/read-marks.ts';
import { refusalContext } from './outbox/refusal.ts';
import { createUpdatePublisher } from './publish-updates.ts';
import { createPush } from './push.ts';
import { createRowMemory } from './row-memory.ts';
import { createSessions, type Session } from './sessions.ts';
import { createCommitter } from './store/committer.ts';
import { isQuotaError } from './store/quota-error.ts';
import { createChatBook } from './sync/chat-book.ts';
import type { ChatModel } from './sync/chat-model.ts';
import { isExpired } from './sync/chat-state.ts';
import { createSyncEngine } from './sync/engine.ts';
import { createExpiryWatch } from './sync/expiry-watch.ts';
import { createFrameDesk } from './sync/frames.ts';
import { createTicketList } from './sync/tickets.ts';
import { unreadCount } from './sync/unread.ts';
import { tapBackend } from './tap-backend.ts';
import { createTokenSource } from './tokens.ts';
import { createViews, OUTBOX, TICKETS } from './views.ts';
import type { Parts, PartsSetup } from './parts.ts';
import { senderOf } from './outbox/sender.ts';

/** After this much the media cache is loaded although nobody asked. */
const MEDIA_AFTER_MS = 3_000;

/** Creates and connects the parts; nothing reaches the network before `push.open()`. */
export function createParts(setup: PartsSetup): Parts {
  const { env, identity, epoch, booted, settings } = setup;
  const { userId } = identity;
  const { clock, timers, random, log } = env;
  const storage = booted.store.kind;
  /** What is wrong with storage now. */
  let { trouble } = booted;
  const counters = createCounters();
  const updates = createUpdatePublisher({ broadcast: env.openBroadcast(updatesChannel(userId)), epoch, clock });
  const gate = createGate(booted.signedOut);
  let needsToken = false;

  const committer = createCommitter(booted.store, env, {
    onFailed: (error, about) => {
      log.error('write failed', { about, code: error.code, message: error.message });
      trouble ??= { kind: isQuotaError(error) ? 'full' : 'failing', held: false };
      hostChanged();
    },
    onRecovered: () => {
      log.info('writes succeed again');
      trouble = booted.trouble;
      hostChanged();
    },
    onFull: async () => (await media.load()).freeSpace(),
    onFenced: setup.onFenced,
  });

  const cacheUse = createCacheUse(committer, clock, timers);

  const headOf = (requestId: string): number => Math.max(book.get(requestId)?.meta._headSequence ?? 0, tickets.get(requestId)?.headSequence ?? 0);
  const unreadOf = (model: ChatModel): number => unreadCount(model, userId, headOf(model.requestId));
  const meta = (requestId: string): ChatMeta => {
    const model = book.open(requestId);
    return chatMeta(model, engine.cell(requestId), { lane: outbox.laneState(requestId), unread: unreadOf(model), head: headOf(requestId), draft: drafts.by(requestId), now: clock.now() });
  };

  const announce = createAnnouncer(updates.publish, () => sendsPending());
  const sendsPending = (): number => ledger.all().filter((operation) => operation.type === 'send_message').length;
  const host = (): HostState => {
    // Catching up after the link was away; opening a chat for the first time is that chat's own affair.
    const behind = (requestId: string): boolean => engine.cell(requestId).running !== null && !engine.cell(requestId).current && (book.get(requestId)?.history.floor ?? 0) > 0;
    const syncing = tickets.refreshing() || views.watchedChats().some(behind);
    const link = push.attached() ? (syncing ? 'syncing' : 'live') : 'offline';
    return { epoch, link, storage, trouble, tabs: sessions.all().length, lacks: lacking(backend), pending: gate.locked() ? 0 : sendsPending(), needsToken };
  };
  const report = createHostReport(host, env, (state, frame) => {
    for (const session of sessions.all()) sessions.post(session, frame);
    announce.host(state);
  });
  const hostChanged = (): void => {
    report.changed();
    outboxView.loaded()?.changed();
    tabs.loaded()?.changed();
  };

  const urgencyOf = (session: Session): number => (session.report.focused ? 3 : session.report.visible ? 2 : 1);
  const interest = {
    urgency: (requestId: string): number => Math.max(0, ...views.watchers(requestId).map(urgencyOf)),
    shown: (requestId: string) => views.shown(requestId),
  };

  const sessions = createSessions(env.locks, {
    onJoined: () => {
      hostChanged();
      push.wake();
      // It may have the token that no other tab had.
      executor.wake();
      media.loaded()?.wake(false);
    },
    onLeft: (session) => {
      setup.journal.note('left', { tabId: session.tabId });
      views.drop(session);
      media.loaded()?.drop(session);
      tokens.left(session);
      hostChanged();
    },
    onCaughtUp: (session, missed) => {
      const requestIds = missed.filter((view) => !view.startsWith('@'));
      sessions.post(session, JSON.stringify({ t: 'stale', requestIds, tickets: missed.includes(TICKETS), outbox: missed.includes(OUTBOX) }));
      media.loaded()?.again(session, missed);
      tabs.loaded()?.again(session, missed);
    },
  });

  const byUrgency = (): Session[] => [...sessions.all()].sort((a, b) => urgencyOf(b) - urgencyOf(a));
  const tokens = createTokenSource({
    timers,
    candidates: byUrgency,
    ask: (session, requestNumber, rejected) => sessions.post(session, JSON.stringify({ t: 'token', requestNumber, rejected })),
    onNeed: (needed) => {
      needsToken = needed;
      hostChanged();
      if (!needed) executor.wake();
    },
  });

  const backend = tapBackend(setup.createBackend({
    baseUrl: settings.backend,
    network: env.network,
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
  }), setup.journal.note);

  const rowsChanged = (requestId: string, upserts: readonly CachedMessage[], removals: readonly string[]): void => {
    if (removals.length > 0) media.loaded()?.rowsRemoved(requestId, removals);
    views.changed(requestId, upserts, removals);
    if (upserts.length > 0 || removals.length > 0) announce.rows(book.open(requestId), upserts, removals);
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
    onForgotten: (requestId) => media.loaded()?.forget(requestId),
    onChange: ({ requestId, upserts, removals, confirmed }) => {
      if (upserts.length > 0) media.loaded()?.rowsStored(requestId, upserts);
      rowsChanged(requestId, upserts, removals);
      showRead(requestId);
      for (const operation of ledger.forget(confirmed)) announce.operation(operation, 'completed');
      if (confirmed.length > 0) {
        executor.wake();
        hostChanged();
      }
    },
  });

  const drafts = createDrafts(book, committer, (requestId) => views.changed(requestId));

  /** The ticket list shows what the chat knows. */
  const showRead = (requestId: string): void => {
    const model = book.get(requestId);
    if (model) tickets.setRead(requestId, model.meta.unreadCount, Math.max(model.meta.lastReadSequence, model.meta._serverRead?.lastReadSequence ?? 0));
  };
  const readTold = (state: ReadState): void => {
    if (book.get(state.requestId)) readMarks.told(state);
    else tickets.toldRead(state);
  };

  const onRejected = (count: number): void => counters.rejected(count);
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
    onSynced: (kind) => cacheUse.synced(kind),
    onState: (requestId) => {
      views.changed(requestId);
      announce.state(requestId, meta(requestId).state);
      hostChanged();
    },
    onReset: (requestId) => views.restart(requestId),
    onForbidden: (requestId) => void book.reset(requestId, true).then(() => views.restart(requestId)),
    onStep: (requestId) => frames.resume(requestId),
  });
  const frames = createFrameDesk({ env, book, engine, interest, onRejected });

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
      readMarks.told({ requestId, unreadCount: unread, lastReadSequence, revision });
      const model = book.open(requestId);
      return { unreadCount: model.meta.unreadCount, lastReadSequence: Math.max(model.meta.lastReadSequence, lastReadSequence) };
    },
    onRestart: () => readMarks.forgetServer(),
    onChange: ({ upserts, removals, first }) => {
      views.ticketsChanged(upserts, removals);
      for (const requestId of removals) readMarks.forgetServer(requestId);
      tabs.loaded()?.look(upserts, first);
      // What became of a ticket may explain a refusal.
      const told = new Set([...upserts.map(({ id }) => id), ...removals]);
      for (const { status, requestId } of ledger.all()) if (status === 'failed' && told.has(requestId)) views.changed(requestId);
      outboxView.loaded()?.changed();
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

  const ledger = createLedger(committer, clock, booted.operations);
  const wake = (): void => executor.wake();
  const operationChanged: OutboxSetup['onOperation'] = (operation, status) => {
    announce.operation(operation, status);
    outboxView.loaded()?.changed();
    if (operation.type === 'mark_read') return;
    views.changed(operation.requestId);
    hostChanged();
  };
  const context = (operation: OfflineOperation): ReturnType<typeof refusalContext> => refusalContext(operation, tickets.get(operation.requestId));
  const outbox = createOutbox({
    clock,
    book,
    ledger,
    userId,
    limit: settings.outboxLimit,
    durable: storage === 'indexeddb',
    sender: () => senderOf(userId, tickets.all()),
    ticket: (requestId) => tickets.get(requestId),
    context,
    onRows: rowsChanged,
    onOperation: operationChanged,
    draftVersion: (requestId) => drafts.by(requestId).draftVersion,
    onSent: (requestId, sequence) => readMarks.sent(requestId, sequence),
    wake,
  });
  const readMarks = createReadMarks({
    env,
    book,
    ledger,
    userId,
    wake,
    onOperation: operationChanged,
    onRead: (requestId) => {
      views.changed(requestId);
      showRead(requestId);
      announce.read(book.open(requestId));
    },
  });
  const executor = createExecutor({
    env,
    backend,
    ledger,
    ready: () => push.attached() && !booted.trouble?.held,
    onSendAttempt: () => counters.fetched('sends'),
    onReadAttempt: () => counters.fetched('reads'),
    change: (operation, durability) => outbox.change(operation, durability),
    confirm: (operation, message) => outbox.confirm(operation, message),
    confirmRead: (operation, state) => readMarks.confirm(operation, state),
    refuseRead: (operation) => readMarks.refuse(operation),
  });

  const paused = (): OutboxPause | null => {
    if (booted.trouble?.held) return { reason: 'storage', until: null };
    if (needsToken || executor.lacksToken()) return { reason: 'unauthorized', until: null };
    if (!push.attached()) return { reason: 'offline', until: null };
    const until = executor.pausedUntilAt();
    return until > clock.now() ? { reason: 'rate-limited', until } : null;
  };
  const outboxView = createLazyPart(timers, async () =>
    (await import('./outbox/outbox-view.ts')).createOutboxView({
      timers,
      ledger,
      limit: settings.outboxLimit,
      paused,
      context,
      sessions: () => sessions.all(),
      post: (session, frame) => sessions.post(session, frame, OUTBOX),
    }),
  );

  const unlock = (): void => {
    if (!gate.unlock()) return;
    committer.add({ stores: ['ticket_meta'], rows: 1, durability: 'relaxed', work: (tx) => tx.delete('ticket_meta', SIGNED_OUT_KEY) }).catch(() => undefined);
    hostChanged();
  };
  const tabs = createLazyPart(timers, async () =>
    (await import('./tabs/tabs-part.ts')).createTabsPart({ env, booted, committer, sessions, views, tickets, byUrgency }),
  );
  const signOut = createLazyPart(timers, async () =>
    (await import('./sign-out.ts')).createSignOut({ noted: !booted.trouble?.held, gate, ledger, book, sessions, committer, clock, log, end: setup.end, wipe: () => env.wipe(userId) }),
  );
  const push = createPush(backend, userId, env, {
    onAttached: () => {
      tokens.verify();
      if (backend.openPush) unlock();
      // Both have to be there when the network is not.
      for (const part of [signOut, outboxView, tabs]) part.load().catch(() => undefined);
      engine.doubtAll();
      void tickets.refresh();
      engine.wantAll();
      executor.wake(true);
      media.loaded()?.wake(true);
      hostChanged();
    },
    onDetached: () => {
      engine.doubtAll();
      hostChanged();
    },
    onLost: () => {
      engine.doubtAll();
      void tickets.refresh();
      engine.wantAll();
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

  const rowMemory = createRowMemory((requestId) => book.unload(requestId));
  const views = createViews({
    sessions,
    timers,
    meta,
    tickets: () => tickets.all(),
    onTickets: announce.tickets,
    onInterest: (requestId) => {
      rowMemory.note(requestId, views.watchers(requestId).length > 0);
      engine.want(requestId);
      tabs.loaded()?.changed();
    },
  });
  const expiry = createExpiryWatch({
    timers,
    watched: () => views.watchedChats(),
    isExpired: (requestId) => !engine.cell(requestId).current && isExpired(book.get(requestId)?.meta.lastSyncedAt ?? 0, clock.now()),
    onExpired: (requestId) => views.changed(requestId),
  });
  const pages = createChatPages({ book, engine, meta, version: (requestId) => views.version(requestId) });

  const media = createLazyPart(timers, (isOver) =>
    env.openMedia({
      env,
      isOver,
      store: booted.store,
      backend,
      settings,
      userId,
      journal: setup.journal,
      tokens,
      cacheUse,
      eviction: {
        book,
        committer,
        isChatBusy: (requestId) =>
          views.watchers(requestId).length > 0 || engine.cell(requestId).running !== null || ledger.all().some((operation) => operation.requestId === requestId),
        onForgotten: (requestId) => views.restart(requestId),
        askPersistence: () => {
          const [session] = byUrgency();
          if (session && storage === 'indexeddb') sessions.post(session, '{"t":"persist"}');
        },
      },
      ready: () => push.attached(),
      flushed: async () => {
        await committer.flush();
        if (committer.backlog() > 0) throw new TabcachedError('STORAGE_FAILED');
      },
      isConnected: (session) => sessions.all().includes(session),
      post: sessions.post,
      onFenced: setup.onFenced,
    }),
  );
  const startedAt = clock.now();
  // Pinned files, and files whose message is gone, are nobody's call.
  const cancelMediaTimer = timers.after(MEDIA_AFTER_MS, () => void media.load().catch(() => undefined));
  const inspection = createLazyPart(timers, async () =>
    (await import('./inspect/inspect-part.ts')).createInspection({
      parts,
      env,
      journal: setup.journal,
      daemon: { epoch, identity, lease: booted.lease, startedAt, settings },
    }),
  );
  if (booted.download) void inspection.load().then((part) => part.restore(booted.download)).catch(() => undefined);
  const parts: Parts = {
    gate,
    signOut,
    tabs,
    sessions, views, book, engine, pages, tickets, outbox, outboxView, drafts, readMarks, ledger, executor, tokens, push, counters, cacheUse, committer, media, expiry, meta, host,
    store: booted.store,
    inspection,
    updates: () => updates.count(),
    databases: () => (booted.store.kind === 'indexeddb' ? 1 : 0),
    close: async () => {
      push.close();
      engine.close();
      expiry.close();
      executor.close();
      readMarks.close();
      void outboxView.close();
      void tabs.close();
      tickets.close();
      void inspection.close();
      cancelMediaTimer();
      cacheUse.flush();
      await media.close();
      await committer.close();
      cacheUse.close();
      sessions.close();
      updates.close();
      booted.store.close();
    },
  };
  return parts;
}

/** What a backend without the extensions cannot tell. */
const lacking = (backend: Backend): HostState['lacks'] => [...(backend.changes ? [] : (['edits'] as const)), ...(backend.openPush ? [] : (['push'] as const))];

