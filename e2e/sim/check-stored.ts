/**
 * The promises about history, checked on what is durably stored of one chat (H-1, H-2, counters) and against what the server really had
 * at the revision that the record claims (M-1, M-2, M-3, H-4, H-5).
 *
 * Owns: these checks. Written from SPEC.md and the data model, without the code under test.
 */
import { PROVISIONAL_BASE, type CachedMessage, type SeqRange } from '../../protocol/index.ts';
import { messageAt, seesHidden, type ModelChat } from '../../worker/testing/model-chat.ts';
import type { Mirror, MirrorChat } from './mirror.ts';
import type { Verdict } from './violation.ts';

/** Is a server's message one that a client may store? Those of the simulation break the rules by being empty. */
export const isStorable = (message: { readonly content: string } | null): boolean => message !== null && message.content.length > 0;

/** Is a sequence in one of the ranges? */
export const inside = (ranges: readonly SeqRange[], sequence: number): boolean =>
  ranges.some((range) => sequence >= range.startSeq && sequence <= range.endSeq);

const lengthOf = (ranges: readonly SeqRange[], start: number, end: number): number =>
  ranges.reduce((sum, range) => sum + Math.max(0, Math.min(range.endSeq, end) - Math.max(range.startSeq, start) + 1), 0);

/** Sorted and disjoint; with `apart` also not adjacent. */
function orderly(ranges: readonly SeqRange[], apart: boolean): boolean {
  return ranges.every((range, at) => range.startSeq <= range.endSeq && (at === 0 || range.startSeq > (ranges[at - 1] as SeqRange).endSeq + (apart ? 1 : 0)));
}

/** Checks one chat. */
export function checkStored(requestId: string, chat: MirrorChat, mirror: Mirror, verdict: Verdict): void {
  const broken = (promise: string, text: string): void => verdict.broken(promise, `stored chat ${requestId.slice(0, 4)}: ${text}`);
  const rows = [...chat.rows.values()];
  const confirmed = rows.filter((row) => row.sequenceNumber < PROVISIONAL_BASE);
  const pending = rows.filter((row) => row.sequenceNumber >= PROVISIONAL_BASE);
  const sequences = new Set(rows.map((row) => row.sequenceNumber));
  if (sequences.size !== rows.length) broken('H-1', 'two rows at one sequence');
  for (const row of pending) if (!mirror.queue.has(row.id)) broken('S-4', `pending row ${row.content} without its operation`);
  for (const operation of mirror.queue.values()) {
    if (operation.requestId === requestId && operation.type === 'send_message' && !chat.rows.has(operation.id)) broken('S-4', `operation of ${operation.payload.content} without its row`);
  }
  const { meta } = chat;
  if (!meta) {
    if (confirmed.length > 0) broken('H-6', 'rows without their record');
    return;
  }
  if (meta.messageCount !== rows.length || meta._messagesSize !== chat.bytes) broken('H-6', `counters ${meta.messageCount}/${meta._messagesSize}, really ${rows.length}/${chat.bytes}`);
  if (meta.unreadCount < 0) broken('R-2', `unread ${meta.unreadCount}`);
  const { _floor: floor, lastSyncedSequence: watermark, knownGaps: gaps, _voids: voids, _ahead: ahead } = meta;
  if (!orderly(gaps, true)) broken('H-2', `gaps ${JSON.stringify(gaps)}`);
  if (!orderly(voids, false)) broken('H-2', `voids ${JSON.stringify(voids)}`);
  for (const row of confirmed) {
    const at = row.sequenceNumber;
    if (inside(gaps, at)) broken('H-2', `a gap holds row ${at}`);
    if (inside(voids, at)) broken('H-1', `row ${at} is void`);
    if (floor > 0 && at < floor) broken('H-1', `row ${at} below the floor ${floor}`);
    if (at > watermark && !inside(ahead, at)) broken('H-1', `row ${at} above the watermark ${watermark} is not told`);
  }
  for (const range of voids) if (lengthOf(gaps, range.startSeq, range.endSeq) > 0) broken('H-2', `a gap holds a void in ${range.startSeq}..${range.endSeq}`);
  const aheadRows = confirmed.filter((row) => row.sequenceNumber > watermark).length;
  if (aheadRows !== lengthOf(ahead, 1, PROVISIONAL_BASE)) broken('H-1', `${aheadRows} rows above the watermark ${watermark}, told ${JSON.stringify(ahead)}`);
  const top = Math.max(watermark, ahead.at(-1)?.endSeq ?? 0, voids.at(-1)?.endSeq ?? 0);
  if ((gaps.at(-1)?.endSeq ?? 0) > top) broken('H-2', `gap up to ${gaps.at(-1)?.endSeq} above everything known (${top})`);
  if (floor === 0) return;
  const known = confirmed.filter((row) => row.sequenceNumber >= floor && row.sequenceNumber <= watermark).length;
  const total = known + lengthOf(gaps, floor, watermark) + lengthOf(voids, floor, watermark);
  if (total === watermark - floor + 1) return;
  const missing: number[] = [];
  for (let at = floor; at <= watermark; at++) if (!sequences.has(at) && !inside(gaps, at) && !inside(voids, at)) missing.push(at);
  broken('H-1', `nothing is known of ${missing.slice(0, 10).join(', ')}: of ${floor}..${watermark} ${known} rows, gaps ${JSON.stringify(gaps)}, voids ${JSON.stringify(voids)}`);
}

/** What somebody claims to know of a chat. */
export interface Claim {
  readonly who: string;
  readonly revision: number;
  /** What is known, except in the gaps, from `lo` to `hi`. */
  readonly lo: number;
  readonly hi: number;
  readonly gaps: readonly SeqRange[];
  readonly unverified: readonly SeqRange[];
  readonly rowAt: (sequence: number) => Pick<CachedMessage, 'id' | '_revision' | 'content'> | undefined;
  readonly sequences: Iterable<number>;
}

/** Compares a claim with what the server had at the claimed revision, and at later ones, of which some may be known already. */
export function checkClaim(claim: Claim, truth: ModelChat, verdict: Verdict): void {
  const { revision } = claim;
  const broken = (promise: string, text: string): void => verdict.broken(promise, `${claim.who}, revision ${revision}: ${text}`);
  for (const sequence of claim.sequences) {
    const row = claim.rowAt(sequence);
    if (!row || inside(claim.unverified, sequence)) continue;
    const then = messageAt(truth, sequence, revision);
    const versions = truth.versions.get(sequence) ?? [];
    if (!isStorable(then) || !then) {
      // It may have come back since, in a revision that a page brought early.
      const later = versions.some((version) => version.message?.id === row.id && version.revision > revision) || truth.roles.some((role) => role.revision > revision);
      if (!later) broken('M-2', `shows ${sequence} "${row.content}", which was not there any more`);
    } else if (then.id !== row.id) broken('M-1', `shows another message at ${sequence} than the server has`);
    else if (row._revision < then.revision) broken('M-1', `shows ${sequence} as of ${row._revision}, which changed at ${then.revision}`);
  }
  for (const [sequence, versions] of truth.versions) {
    if (sequence < claim.lo || sequence > claim.hi || claim.rowAt(sequence) || inside(claim.gaps, sequence) || inside(claim.unverified, sequence)) continue;
    if (!isStorable(messageAt(truth, sequence, revision))) continue;
    const goneSince = versions.some((version) => version.revision > revision && (!isStorable(version.message) || (version.hidden && !seesHidden(truth, version.revision))));
    if (!goneSince && !truth.roles.some((role) => role.revision > revision)) broken('H-7', `message ${sequence} is missing, and no gap tells`);
  }
}
