/** What the sync engine remembers of one chat beside the chat itself. Lives as long as the daemon. */
import type { ChangeFrame } from '../../protocol/index.ts';
import type { TabcachedError } from '../../protocol/errors.ts';

/** One chat's synchronisation. Mutable, and only the engine touches it. */
export interface SyncCell {
  readonly requestId: string;
  /** Nothing can have been missed since the last delta. */
  current: boolean;
  /** The chat has to be fetched anew. */
  resync: boolean;
  /** Cursors refused in a row without a good answer between (#22). */
  refusals: number;
  /** Attempts without progress, by end of the gap. */
  readonly stalls: Map<number, number>;
  waiting: readonly ChangeFrame[];
  pumping: boolean;
  running: AbortController | null;
  /** Pages under way that tabs asked for. */
  loads: number;
  failures: number;
  problem: TabcachedError | null;
  /** The server refuses this chat to this user; nothing is asked until it is told otherwise. */
  denied: boolean;
  /** How often it was refused: what was asked for before that is of a time that nobody was told the end of. */
  denials: number;
  /** How often the ticket was told: a refusal of a request that was sent before is older than the ticket. */
  told: number;
  /** It was wished for while a step was under way: once more after that. */
  again: boolean;
  cancelGrace: (() => void) | null;
  cancelRetry: (() => void) | null;
}

/** A chat about which nothing has happened yet. */
export const newCell = (requestId: string): SyncCell => ({
  requestId,
  current: false,
  resync: false,
  refusals: 0,
  stalls: new Map(),
  waiting: [],
  pumping: false,
  running: null,
  loads: 0,
  failures: 0,
  problem: null,
  denied: false,
  denials: 0,
  told: 0,
  again: false,
  cancelGrace: null,
  cancelRetry: null,
});

/** Takes back the retry that waits, if one does. */
export const stopRetry = (cell: SyncCell): void => {
  cell.cancelRetry?.();
  cell.cancelRetry = null;
};
