/**
 * The fence: who may write is whoever holds the generation in `ticket_meta._writer` (SPEC.md, chapter 3).
 *
 * Owns: the record's key, reading it loosely, and the error of those who lost it. Does not know leases.
 */
import { TabcachedError } from '../../protocol/index.ts';
import type { WriterRecord } from './store.ts';

/** Key of the writer's record in `ticket_meta`. */
export const WRITER_KEY = '_writer';

/** The generation in a record of `ticket_meta`; 0 when there is none yet. */
export function generationOf(record: { readonly value: unknown } | undefined): number {
  const generation = (record?.value as Partial<WriterRecord> | null | undefined)?.generation;
  return Number.isSafeInteger(generation) ? (generation as number) : 0;
}

/** The error of a write by somebody who is not, or no longer, the writer. */
export const fencedError = (own: number | null, found?: number): TabcachedError =>
  new TabcachedError(
    'FENCED',
    own === null ? 'This store has not claimed the right to write.' : `Writer ${own} was replaced by ${found ?? 'another'}.`,
  );
