/** The connection in one word. Pure. */
import type { ClientStatus } from 'tabcached';

/** What the desk calls the state of its connection. */
export type ConnectionWord = 'Live' | 'Syncing' | 'Offline' | 'Read only';

/** Without a daemon nothing is live, whatever it said last; where none can be had, this tab reads from the server by itself. */
export function connectionWord({ connected, degraded, link }: Pick<ClientStatus, 'connected' | 'degraded' | 'link'>): ConnectionWord {
  if (degraded) return 'Read only';
  if (!connected || link === 'offline') return 'Offline';
  return link === 'live' ? 'Live' : 'Syncing';
}
