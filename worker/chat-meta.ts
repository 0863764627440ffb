/**
 * What a view shows of a chat beside its rows.
 *
 * Owns: putting together history, synchronisation, lane and read state. Pure over its parts.
 */
import type { ChatMeta, LaneState } from '../protocol/index.ts';
import { revisionOf, type ChatModel } from './sync/chat-model.ts';
import { chatState } from './sync/chat-state.ts';
import { heldSet } from './sync/history.ts';
import { size, type Range } from './sync/ranges.ts';
import type { SyncCell } from './sync/sync-cell.ts';

const toSeqRange = ({ start, end }: Range): { startSeq: number; endSeq: number } => ({ startSeq: start, endSeq: end });

/** The meta of a chat as of now. `unread` and `head` are worked out by their owners. */
export function chatMeta(model: ChatModel, cell: SyncCell, facts: { readonly lane: LaneState; readonly unread: number; readonly head: number; readonly draft: Pick<ChatMeta, 'draftBy' | 'draftVersion'>; readonly now: number }): ChatMeta {
  const { history, meta, unverified } = model;
  const revision = revisionOf(model);
  return {
    state: chatState(model, { syncing: cell.running !== null, current: cell.current, now: facts.now }),
    floor: history.floor,
    watermark: history.watermark,
    head: facts.head,
    gaps: history.gaps.map(toSeqRange),
    unverified: unverified.map(toSeqRange),
    unread: facts.unread,
    lastReadSequence: Math.max(meta.lastReadSequence, meta._serverRead?.lastReadSequence ?? 0),
    held: size(heldSet(history)),
    total: Math.max(meta.totalMessageCount, size(heldSet(history))),
    revision: revision === null ? null : `${revision}`,
    lastSyncedAt: meta.lastSyncedAt,
    lane: facts.lane,
    draft: meta._draft ?? '',
    ...facts.draft,
    problem: cell.problem && { code: cell.problem.code, message: cell.problem.message },
  };
}
