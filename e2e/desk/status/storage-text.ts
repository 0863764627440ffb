/** What is wrong with storage, for people. Pure. */
import type { ClientStatus } from 'tabcached';

const WHY: Readonly<Record<NonNullable<ClientStatus['trouble']>['kind'], string>> = {
  hung: 'Storage does not answer.',
  refused: 'This browser refuses to store anything.',
  newer: 'What is stored here was written by a newer desk.',
  corrupt: 'What is stored here cannot be read.',
  full: 'The disk is full.',
  failing: 'Storage takes nothing at the moment.',
};

/** A line for the head of the page; null while storage works. */
export function storageText({ storage, trouble }: Pick<ClientStatus, 'storage' | 'trouble'>): string | null {
  if (!trouble) return storage === 'memory' ? `${WHY.refused} What you see and what waits to be sent is lost when the last tab is closed.` : null;
  if (trouble.held) return `${WHY[trouble.kind]} It is tried again; until then messages are kept in memory and not sent, so that none overtakes what is stored.`;
  if (storage === 'memory') return `${WHY[trouble.kind]} What you see and what waits to be sent is lost when the last tab is closed.`;
  return `${WHY[trouble.kind]} What you see is right; what you write may be refused.`;
}
