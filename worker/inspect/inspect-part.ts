/**
 * Inspection and storage control: the part of the daemon that loads when somebody looks.
 *
 * Owns: its calls. Everything is read from the other parts; only clearing changes them.
 */
import type { CallHandlers, DaemonSettings, DaemonStats } from '../../protocol/index.ts';
import { inspectInputs } from '../../protocol/inspect.ts';
import type { WorkerIdentity } from '../../protocol/names.ts';
import { checkedCall } from '../checked-call.ts';
import type { Environment } from '../env.ts';
import type { Journal } from '../journal.ts';
import type { Parts } from '../parts.ts';
import type { Session } from '../sessions.ts';
import { START_SHARE } from '../eviction/quota.ts';
import { readStats } from '../store/chat-counters.ts';
import { EMPTY_HISTORY } from '../sync/history.ts';
import { cleanLog } from './clean-log.ts';
import { createDownloadAll, type DownloadAllRecord } from './download-all.ts';
import { exportFlight } from './export-flight.ts';
import { createLiveStats } from './live-stats.ts';
import { inspectDaemon } from './report.ts';
import { createStorageControl } from './storage-control.ts';
import { traceLines } from './trace-lines.ts';
import { verifyHistory } from './verify-history.ts';

/** Key in `ticket_meta` of a download that goes on with the next daemon. */
export const DOWNLOAD_ALL = '_downloadAll';

/** Facts about the daemon that no part knows. */
export interface DaemonFacts {
  readonly epoch: string;
  readonly identity: WorkerIdentity;
  readonly lease: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly settings: DaemonSettings;
}

/** What inspection looks at. */
export interface InspectionSetup {
  readonly parts: Parts;
  readonly env: Pick<Environment, 'clock' | 'timers' | 'random' | 'locks' | 'estimateStorage'>;
  readonly daemon: DaemonFacts;
  readonly journal: Journal;
}

type InspectCalls = Pick<CallHandlers, keyof typeof inspectInputs>;

/** The part. */
export interface Inspection {
  /** A tab's call, by name, with an input that is still to be checked. */
  call(session: Session, name: string, input: unknown): Promise<unknown>;
  /** Goes on with what `_downloadAll` in `ticket_meta` tells. */
  restore(record: unknown): void;
  close(): void;
}

/** Creates the part. */
export function createInspection(setup: InspectionSetup): Inspection {
  const { parts, env, journal } = setup;
  const { book, committer, engine, store, cacheUse, sessions, tickets } = parts;
  const control = createStorageControl(setup);
  const download = createDownloadAll({
    timers: env.timers,
    random: env.random,
    limitBytes: async () => (await control.limits()).messageBudgetBytes * START_SHARE,
    now: () => env.clock.now(),
    chats: () =>
      [...tickets.all()]
        .sort((a, b) => Date.parse(b.lastMessageAt ?? b.createdAt) - Date.parse(a.lastMessageAt ?? a.createdAt))
        .map(({ id, headSequence }) => ({ requestId: id, head: headSequence })),
    history: (requestId) => book.get(requestId)?.history ?? EMPTY_HISTORY,
    denied: (requestId) => engine.cell(requestId).denied,
    loadPage: (requestId, query) => engine.loadPage(requestId, query),
    size: async () => {
      await committer.flush();
      const stats = await store.read(['cache_stats'], (tx) => readStats(tx, env.clock.now()));
      return { bytes: stats.totalSize, messages: stats.messageCount, messageBytes: stats.messagesSize };
    },
    save: (record) =>
      committer.add({
        stores: ['ticket_meta'],
        rows: 1,
        durability: 'strict',
        work: (tx) => (record ? tx.put('ticket_meta', { key: DOWNLOAD_ALL, value: record }) : tx.delete('ticket_meta', DOWNLOAD_ALL)),
      }),
    onChange: () => undefined,
  });
  const live = createLiveStats({
    timers: env.timers,
    read: async () => cacheUse.with(await store.read(['cache_stats'], (tx) => readStats(tx, env.clock.now()))),
    downloadAll: () => (download.state().status === 'off' ? null : download.state()),
    sessions: () => sessions.all(),
    post: (session, frame) => sessions.post(session, frame),
  });
  const callsOf = (session: Session): InspectCalls => ({
    inspect: () => inspectDaemon(setup),
    stats: (): DaemonStats => ({
      epoch: setup.daemon.epoch,
      sessions: sessions.all().length,
      databaseConnections: parts.store.kind === 'indexeddb' ? 1 : 0,
      pushLinks: parts.push.count(),
      fetches: parts.counters.fetches(),
      patches: parts.views.patches(),
      updates: parts.publisher.count(),
      rejectedRows: parts.counters.rejectedRows(),
      parkedRepairs: parts.counters.parkedRepairs(),
      stalledSessions: sessions.stalled(),
      media: parts.media.loaded()?.stats() ?? null,
    }),
    cacheUsage: () => control.usage(),
    cacheLimits: async (change) => (await parts.media.load()).limits(change),
    watchStats: async ({ watching }) => {
      await committer.flush();
      return live.watch(session, watching);
    },
    dropChat: ({ requestId }) => control.drop(requestId),
    clearCache: ({ preview, ...range }) => control.clear(range, preview),
    exportLog: () => {
      const notes = journal.notes();
      return cleanLog(traceLines(journal.lines(), notes), { notes, tokens: parts.tokens.given, operations: parts.ledger.all() });
    },
    exportFlight: () => exportFlight(setup),
    downloadAll: ({ action }) => download.act(action),
    verifyChat: async ({ requestId }) => {
      const report = await verifyHistory(parts, env.clock, requestId);
      if (report.stray > 0) parts.media.loaded()?.rowsRemoved(requestId);
      if (report.missing > 0) parts.views.restart(requestId);
      parts.engine.want(requestId);
      return report;
    },
  });

  return {
    call: (session, name, input) => checkedCall(inspectInputs, callsOf(session), name, input),
    restore: (record) => download.restore(record as DownloadAllRecord),
    close: () => {
      download.close();
      live.close();
    },
  };
}
