/** An update in a line. Pure. */
import type { Update } from 'tabcached';

const short = (id: string): string => id.slice(0, 8);
const list = (sequences: readonly number[]): string => (sequences.length === 0 ? '' : ` (${sequences.length > 3 ? `${sequences[0]} … ${sequences.at(-1)}` : sequences.join(', ')})`);

/** See the file. */
export function updateText(update: Update): string {
  switch (update.kind) {
    case 'messages':
      return `${short(update.requestId)}: ${update.count} changed${list(update.sequences.filter((sequence) => sequence < 2 ** 52))}${update.removed > 0 ? `, ${update.removed} removed` : ''}, ${update.unread} unread`;
    case 'tickets':
      return `${update.count} changed${update.removed > 0 ? `, ${update.removed} removed` : ''}`;
    case 'outbox':
      return `${short(update.requestId)}: ${short(update.operationId)} ${update.status}, ${update.pending} waiting`;
    case 'read':
      return `${short(update.requestId)}: read to ${update.lastReadSequence}, ${update.unread} unread`;
    case 'sync':
      return `${short(update.requestId)}: ${update.state}`;
    case 'host':
      return `${update.link}, ${update.storage}, ${update.tabs} tabs`;
  }
}
