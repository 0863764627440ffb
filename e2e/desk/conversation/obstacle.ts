/** Why a conversation shows nothing. Pure. */
import type { ChatViewState } from 'tabcached';

/** What stands in the way. `final`: nothing can be written there either. */
export interface Obstacle {
  readonly title: string;
  readonly detail: string;
  readonly final: boolean;
}

const CANNOT_OPEN = 'This conversation cannot be opened';

/** What keeps a conversation from showing anything; null when something is shown, or still coming. */
export function obstacleOf({ ready, items, meta, error }: Pick<ChatViewState, 'ready' | 'items' | 'meta' | 'error'>): Obstacle | null {
  if (items.length > 0) return null;
  const problem = ready ? meta?.problem : error;
  switch (problem?.code) {
    case undefined:
      return null;
    case 'NOT_FOUND':
    case 'FORBIDDEN':
    case 'INVALID':
      return { title: CANNOT_OPEN, detail: 'There is no such ticket, or it is not yours to see.', final: true };
    case 'OFFLINE':
    case 'TIMEOUT':
      return { title: 'Not here yet', detail: 'This conversation was not opened in this browser before, so it needs the server.', final: false };
    default:
      return { title: CANNOT_OPEN, detail: problem?.message ?? '', final: false };
  }
}
