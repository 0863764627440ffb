/** The state of a chat's synchronisation in words. Pure. */
import type { ChatMeta } from 'tabcached';

/** What is shown of it. */
export interface SyncText {
  readonly tone: 'calm' | 'busy' | 'attention';
  readonly text: string;
  /** Rows held and rows the server counts, while they are being fetched; else null. */
  readonly progress: { readonly held: number; readonly total: number } | null;
  /** Asking for a synchronisation now may help. */
  readonly retry: boolean;
}

const number = new Intl.NumberFormat('en-GB');

/** Words for a chat's state; null before anything is known. */
export function syncText(meta: ChatMeta | null): SyncText {
  if (!meta) return { tone: 'busy', text: 'Opening…', progress: null, retry: false };
  const problem = meta.problem?.message;
  const { held, total } = meta;
  switch (meta.state) {
    case 'INITIAL':
    case 'SYNCING': {
      if (problem) return { tone: 'attention', text: problem, progress: null, retry: true };
      const counted = total > 0 ? `Loading ${number.format(held)} of ${number.format(total)}` : 'Loading…';
      return { tone: 'busy', text: counted, progress: total > 0 ? { held: Math.min(held, total), total } : null, retry: false };
    }
    case 'RESYNCING':
      return { tone: 'busy', text: 'Checking for changes…', progress: null, retry: false };
    case 'SYNCED':
      return { tone: 'calm', text: 'Up to date', progress: null, retry: false };
    case 'STALE':
      return { tone: 'calm', text: 'May be out of date', progress: null, retry: true };
    case 'EXPIRED':
      return { tone: 'attention', text: problem ?? 'Not updated for a week', progress: null, retry: true };
    case 'GAP_DETECTED':
      return { tone: 'attention', text: problem ?? 'Some messages are missing', progress: null, retry: true };
    case 'FAILED':
      return { tone: 'attention', text: problem ?? 'Could not be updated', progress: null, retry: true };
  }
}
