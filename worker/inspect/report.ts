/**
 * The report of one daemon at one moment.
 *
 * Owns: putting together what the parts know. Changes nothing.
 */
import type { InspectedChat, InspectReport } from '../../protocol/index.ts';
import { STALL_LIMIT } from '../../protocol/limits.ts';
import { tabLease } from '../../protocol/names.ts';
import { isExpired } from '../sync/chat-state.ts';
import { historyText } from '../sync/history-text.ts';
import { historyParts } from './history-parts.ts';
import type { InspectionSetup } from './inspect-part.ts';
import { whyState } from './why-state.ts';

/** Makes the report. `estimate` may take a moment: the browser walks its storage. */
export async function inspectDaemon({ parts, env, daemon }: InspectionSetup): Promise<InspectReport> {
  const { sessions, views, book, ledger, push, tickets } = parts;
  const [estimate, locks] = await Promise.all([env.estimateStorage(), env.locks.held()]);
  const leaseOf = (tabId: string): string | null => locks.find((name) => name === tabLease(daemon.identity.userId, tabId)) ?? null;
  const now = env.clock.now();
  const host = parts.host();
  const attached = push.attached();

  const chatOf = (requestId: string): InspectedChat => {
    const meta = parts.meta(requestId);
    const model = book.open(requestId);
    const cell = parts.engine.cell(requestId);
    const watchers = views.watchers(requestId).length;
    const facts = { now, attached, watchers, denied: cell.denied, resync: cell.resync || isExpired(meta.lastSyncedAt, now), failures: cell.failures, waitingFrames: cell.waiting.length };
    return {
      requestId,
      subject: tickets.get(requestId)?.subject ?? null,
      state: meta.state,
      why: whyState(meta, facts),
      history: historyText(model.history),
      parts: historyParts(model.history, model.unverified, meta.head),
      floor: meta.floor,
      watermark: meta.watermark,
      head: meta.head,
      revision: meta.revision,
      lastSyncedAt: meta.lastSyncedAt,
      held: meta.held,
      total: meta.total,
      watchers,
      problem: meta.problem,
      failures: cell.failures,
      parked: [...cell.stalls.values()].filter((stalls) => stalls >= STALL_LIMIT).length,
    };
  };

  return {
    at: now,
    epoch: daemon.epoch,
    buildId: daemon.identity.buildId,
    generation: daemon.identity.generation,
    lease: daemon.lease,
    uptimeMs: now - daemon.startedAt,
    link: { attached, opened: push.count(), needsToken: host.needsToken },
    storage: { kind: parts.store.kind, backlog: parts.committer.backlog(), usageBytes: estimate?.usageBytes ?? null, quotaBytes: estimate?.quotaBytes ?? null },
    tabs: sessions.all().map((session) => ({
      tabId: session.tabId,
      ...session.report,
      shows: views.watchedChats().filter((requestId) => views.watchers(requestId).includes(session)),
      lease: leaseOf(session.tabId),
      unacknowledged: session.sent - session.acked,
      behind: session.behind !== null,
    })),
    chats: book.requestIds().map(chatOf),
    downloads: parts.media.loaded()?.downloads() ?? [],
    evictions: parts.media.loaded()?.evictions() ?? [],
    lanes: ledger.lanes().map((lane) => {
      const operations = ledger.lane(lane);
      return {
        requestId: operations[0]?.requestId ?? '',
        operations: operations.map(({ id, type, status, createdAt, attemptedAt, retryCount, nextRetryAt, lastError }) => ({ id, type, status, createdAt, attemptedAt, retryCount, nextRetryAt, lastError })),
      };
    }),
  };
}
