/** The connection in one word. Pure. */
import type { ClientStatus } from 'tabcached';

/** What the desk calls the state of its connection. */
export type ConnectionWord = 'Live' | 'Syncing' | 'Offline';

/** Without a daemon nothing is live, whatever it said last. */
export function connectionWord({ connected, link }: Pick<ClientStatus, 'connected' | 'link'>): ConnectionWord {
  if (!connected || link === 'offline') return 'Offline';
  return link === 'live' ? 'Live' : 'Syncing';
}
