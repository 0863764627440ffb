/**
 * The state of a chat as a view shows it (data model, "State Transitions"; SPEC.md holds the table).
 *
 * Owns: the derivation. Nothing stores a state: it follows from what is known, so it cannot disagree with it. Pure.
 *
 *   INITIAL -> SYNCING -> SYNCED -> STALE -> RESYNCING -> SYNCED
 *                 |         |         |
 *              FAILED  GAP_DETECTED EXPIRED            all three leave by RESYNCING
 */
import type { ChatState } from '../../protocol/index.ts';
import { EXPIRES_AFTER_MS } from '../../protocol/limits.ts';
import type { ChatModel } from './chat-model.ts';

/** What decides the state beside the chat itself. */
export interface StateFacts {
  readonly syncing: boolean;
  readonly current: boolean;
  readonly now: number;
}

/** The state of a chat. */
export function chatState(model: Pick<ChatModel, 'history' | 'meta'>, facts: StateFacts): ChatState {
  const { history, meta } = model;
  const held = history.floor > 0;
  if (facts.syncing) return held ? 'RESYNCING' : 'SYNCING';
  if (meta._lastSyncFailed) return 'FAILED';
  if (!held) return 'INITIAL';
  // A chat that missed nothing does not expire, however long ago it was last asked about.
  if (!facts.current) return isExpired(meta.lastSyncedAt, facts.now) ? 'EXPIRED' : 'STALE';
  return history.gaps.some((gap) => gap.end > history.watermark) ? 'GAP_DETECTED' : 'SYNCED';
}

/** Was the chat last synchronised more than 7 days ago? A clock that ran backwards does not expire anything. */
export const isExpired = (lastSyncedAt: number, now: number): boolean => lastSyncedAt > 0 && now - lastSyncedAt > EXPIRES_AFTER_MS;
