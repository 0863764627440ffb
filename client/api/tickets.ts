/** The ticket list, as an application programs against it. */
import type { CachedTicket } from '../../protocol/index.ts';

/** The ticket list as a tab sees it, newest activity first. */
export interface TicketsState {
  /** False until the first snapshot is there. */
  readonly ready: boolean;
  readonly tickets: readonly CachedTicket[];
}
