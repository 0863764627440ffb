/**
 * One lane: the operations of one chat (or its read mark), first in, first out, one at a time. Only the first is ever tried.
 *
 * Owns: which lane an operation is in, and that a wait is no longer than it was. Pure.
 *
 *   pending --attempt--> syncing --answer--> gone (confirmed)
 *      ^                    |--transient, tries left--> pending, nextRetryAt
 *      |                    '--refused, or no tries left--> failed: the lane is blocked
 *      '----retry, edit (a person)----------------------------'
 */
import type { OfflineOperation } from '../../protocol/index.ts';

/** Lane of an operation: messages of a chat share one, its read mark has its own. */
export const laneOf = (operation: Pick<OfflineOperation, 'type' | 'requestId'>): string =>
  operation.type === 'mark_read' ? `read ${operation.requestId}` : operation.requestId;

/**
 * The operation with its wait measured from now, when the clock was set back since that wait began; else the same. Otherwise a clock that
 * was a day ahead would make it wait a day.
 */
export function rebased<O extends OfflineOperation>(operation: O, now: number): O {
  const { nextRetryAt, attemptedAt, createdAt } = operation;
  const since = attemptedAt ?? createdAt;
  if (nextRetryAt === null || now >= since) return operation;
  return { ...operation, ...(attemptedAt === null ? { createdAt: now } : { attemptedAt: now }), nextRetryAt: now + Math.max(0, nextRetryAt - since) };
}
