/**
 * What all the other parts stand on: the committer, the update channel, the gate, and the daemon's condition as tabs are told it.
 *
 * Owns: who is told when storage, link or queue change.
 */
import type { Backend, HostState } from '../../protocol/index.ts';
import { updatesChannel } from '../../protocol/names.ts';
import { SIGNED_OUT_KEY } from '../../protocol/sign-out.ts';
import { createAnnouncer, type Announcer } from '../announce.ts';
import { createCacheUse, type CacheUse } from '../cache-use.ts';
import { createCounters, type Counters } from '../counters.ts';
import { createGate, type Gate } from '../gate.ts';
import { createHostReport } from '../host-report.ts';
import type { Parts, PartsSetup } from '../parts.ts';
import { createUpdatePublisher, type UpdatePublisher } from '../publish-updates.ts';
import { readStats } from '../store/chat-counters.ts';
import { createCommitter, type Committer } from '../store/committer.ts';
import { isQuotaError } from '../store/quota-error.ts';
import type { Store } from '../store/store.ts';

/** The base. */
export interface BaseParts {
  readonly counters: Counters;
  readonly publisher: UpdatePublisher;
  readonly announce: Announcer;
  readonly gate: Gate;
  readonly store: Store;
  readonly committer: Committer;
  readonly cacheUse: CacheUse;
  /** The daemon's condition. */
  host(): HostState;
  /** The condition may have changed: tabs hear of it once. */
  hostChanged(joined?: boolean): void;
  /** Opens the gate for good: the server named this user. */
  unlock(): void;
}

/** Creates the base; `parts` is read when something happens, never before all are there. */
export function wireBase({ env, identity, epoch, booted, onFenced }: PartsSetup, parts: Parts): BaseParts {
  const { clock, timers, log } = env;
  const { store } = booted;
  /** What is wrong with storage now. */
  let { trouble } = booted;
  const gate = createGate(booted.signedOut);
  const publisher = createUpdatePublisher({ broadcast: env.openBroadcast(updatesChannel(identity.userId)), epoch, clock });
  const committer = createCommitter(store, env, {
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
    probe: async (tx) => tx.put('cache_stats', await readStats(tx, clock.now())),
    onFull: async () => (await parts.media.load()).freeSpace(),
    onFenced,
  });

  const sendsPending = (): number => parts.ledger.all().filter((operation) => operation.type === 'send_message').length;
  const announce = createAnnouncer(publisher.publish, sendsPending);
  const host = (): HostState => {
    const { engine, book, backend, push, sessions, tickets, tokens, views } = parts;
    // Catching up after the link was away; opening a chat for the first time is that chat's own affair.
    const behind = (requestId: string): boolean => engine.cell(requestId).running !== null && !engine.cell(requestId).current && (book.get(requestId)?.history.floor ?? 0) > 0;
    const syncing = tickets.refreshing() || views.watchedChats().some(behind);
    const link = push.attached() ? (syncing ? 'syncing' : 'live') : 'offline';
    return { epoch, link, storage: store.kind, trouble, tabs: sessions.all().length, lacks: lacking(backend), pending: gate.locked() ? 0 : sendsPending(), needsToken: tokens.needed() };
  };
  const report = createHostReport(host, env, (state, frame) => {
    for (const session of parts.sessions.all()) parts.sessions.post(session, frame);
    announce.host(state);
  });
  const hostChanged = (joined?: boolean): void => {
    report.changed(joined);
    parts.outboxPart.loaded()?.changed();
    parts.tabs.loaded()?.changed();
  };
  const unlock = (): void => {
    if (!gate.unlock()) return;
    committer.add({ stores: ['ticket_meta'], rows: 1, durability: 'relaxed', work: (tx) => tx.delete('ticket_meta', SIGNED_OUT_KEY) }).catch(() => undefined);
    hostChanged();
  };
  return { counters: createCounters(), publisher, announce, gate, store, committer, cacheUse: createCacheUse(committer, clock, timers), host, hostChanged, unlock };
}

/** What a backend without the extensions cannot tell. */
const lacking = (backend: Backend): HostState['lacks'] => [...(backend.changes ? [] : (['edits'] as const)), ...(backend.openPush ? [] : (['push'] as const))];
