/** What a change of limits comes to, in words, and limits as people write them. Pure. */
import type { CacheUsage } from 'tabcached';
import { bytesText } from './bytes-text.ts';

const MEGABYTE = 1_000_000;

/** Bytes of a field's megabytes; null for what is no amount. */
export function megabytesOf(text: string): number | null {
  const megabytes = Number(text);
  return text.trim() === '' || !Number.isFinite(megabytes) || megabytes < 1 ? null : Math.round(megabytes * MEGABYTE);
}

/** A field's text for that many bytes: whole megabytes where parts of one do not matter. */
export function megabytesText(bytes: number): string {
  const parts = bytes < 100 * MEGABYTE ? 100 : 1;
  return String(Math.round((bytes / MEGABYTE) * parts) / parts);
}

/** Chosen limits, in bytes. */
export interface ChosenLimits {
  readonly messageBudgetBytes: number;
  readonly budgetBytes: number;
}

/** Eviction goes down to this share of a budget, and begins past the other. */
const [START_SHARE, STOP_SHARE] = [0.9, 0.8];

const freed = (held: number, limit: number): number => (held > limit * START_SHARE ? held - limit * STOP_SHARE : 0);

/** The question that is asked before limits are set; null when nothing would change. */
export function limitsText({ limits, messagesSize, mediaSize }: Pick<CacheUsage, 'limits' | 'messagesSize' | 'mediaSize'>, chosen: ChosenLimits): string | null {
  if (limits.budgetBytes === chosen.budgetBytes && limits.messageBudgetBytes === chosen.messageBudgetBytes) return null;
  const set = `Messages may take ${bytesText(chosen.messageBudgetBytes)}, files ${bytesText(chosen.budgetBytes)}.`;
  const going = [
    [freed(messagesSize, chosen.messageBudgetBytes), 'messages'],
    [freed(mediaSize, chosen.budgetBytes), 'files'],
  ].flatMap(([bytes, what]) => (Number(bytes) > 0 ? [`about ${bytesText(Number(bytes))} of ${what}`] : []));
  if (going.length === 0) return `${set} Nothing has to go.`;
  return `${set} ${going.join(' and ')} will go from this browser, what was not looked at for longest first. Pinned files and what was not sent stay; everything else can be loaded again.`.replace(/\. about/, '. About');
}
