/**
 * Lines of the daemon's log as they may leave the daemon: without message text and tokens.
 *
 * Owns: what is cut out: what was noted lately, every token, and the texts that still wait to be sent. Pure.
 */
import type { LogEntry } from '../../protocol/inspect.ts';
import type { OfflineOperation } from '../../protocol/records.ts';
import type { Note } from '../journal.ts';
import { noteSecrets } from './flight-lines.ts';
import { createPlaceholders } from './placeholders.ts';

/** Where secrets are known from. */
export interface Secrets {
  readonly notes: readonly Note[];
  readonly tokens: Iterable<string>;
  readonly operations: readonly OfflineOperation[];
}

/** The lines again, cleaned. */
export function cleanLog(lines: readonly LogEntry[], { notes, tokens, operations }: Secrets): readonly LogEntry[] {
  const names = createPlaceholders('');
  noteSecrets(notes, names);
  for (const token of tokens) names.secret(token);
  for (const { payload } of operations) if ('content' in payload) names.secret(payload.content);
  return names.clean(lines);
}
