/**
 * Checks of every committed transaction: what it left behind must keep all promises about what is stored, because a daemon may die after
 * any of them (H-6).
 *
 * Owns: which chats are looked at, and the comparison of a transaction's before and after.
 */
import { checkCountersNow } from './check-counters.ts';
import { checkClaim, checkStored } from './check-stored.ts';
import { nameOf } from './choose.ts';
import { mayMarkFall } from './may-mark-fall.ts';
import type { Committed } from './mirror.ts';
import type { World } from './world.ts';

/** Checks a transaction. */
export function checkCommit(world: World, { touched, replaced }: Committed): void {
  const { mirror, verdict, server } = world;
  checkCountersNow(world);
  const fresh = new Set<string>();
  for (const [requestId, before] of touched) {
    const chat = mirror.chats.get(requestId);
    if (!chat) continue;
    const { meta } = chat;
    if (!meta || meta._floor === 0 || !before || before._floor === 0) fresh.add(requestId);
    noticeReset(world, requestId);
    checkStored(requestId, chat, mirror, verdict);
    if (before && meta && meta.lastReadSequence < before.lastReadSequence && !mayMarkFall(world, requestId, meta.lastReadSequence)) {
      verdict.broken('R-1', `stored ${nameOf({ id: requestId })}: the read mark falls from ${before.lastReadSequence} to ${meta.lastReadSequence}`);
    }
    const truth = server.chats.get(requestId);
    if (!truth || !meta || meta._floor === 0 || meta.serverRevision === null || world.unnoticed.has(requestId)) continue;
    const bySequence = new Map([...chat.rows.values()].map((row) => [row.sequenceNumber, row]));
    checkClaim(
      {
        who: `stored ${nameOf({ id: requestId })}`,
        revision: Number(meta.serverRevision),
        lo: meta._floor,
        hi: meta.lastSyncedSequence,
        gaps: meta.knownGaps,
        unverified: meta._unverified,
        sequences: [...bySequence.keys()].filter((sequence) => sequence < 2 ** 52),
        rowAt: (sequence) => bySequence.get(sequence),
      },
      truth,
      verdict,
    );
  }
  for (const { before, after } of replaced) {
    if (fresh.has(after.requestId) || world.unnoticed.has(after.requestId)) continue;
    if (after._revision < before._revision && before.status === 'sent') verdict.broken('M-1', `stored ${nameOf({ id: after.requestId })}: ${after.sequenceNumber} goes back from revision ${before._revision} to ${after._revision}`);
  }
}

/** What a daemon was about to write when the server was restored, or when it hung or its disk was full, is written within this time. */
const LATE_MS = 2_000;

/** The client has noticed a restore once it claims nothing any more that the server does not have. */
function noticeReset(world: World, requestId: string): void {
  const restoredAt = world.restoredAt.get(requestId);
  const truth = world.server.chats.get(requestId);
  if (!truth || restoredAt === undefined) return;
  const meta = world.mirror.chats.get(requestId)?.meta;
  const claimed = meta && meta._floor > 0 ? Number(meta.serverRevision ?? 0) : 0;
  const hung = world.host?.workers.all().some(({ wokenAt }) => world.time.elapsedMs() - wokenAt < LATE_MS) === true;
  // What waits for a disk that is full was true when it was to be written.
  const writableAt = Math.max(restoredAt, world.host?.workers.disk.fullUntilAt ?? 0);
  if (claimed <= truth.revision) world.unnoticed.delete(requestId);
  else if (hung || world.unnoticed.has(requestId) || world.time.clock.now() - writableAt < LATE_MS) world.unnoticed.set(requestId, claimed);
}
