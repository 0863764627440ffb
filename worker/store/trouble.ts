/**
 * What is wrong with storage, from the error that it answered with. Pure.
 *
 * Owns: the reading of browsers' error names. Does not know what is done about it.
 */
import type { StorageTrouble } from '../../protocol/index.ts';

const KINDS: Readonly<Record<string, StorageTrouble['kind']>> = {
  // Private windows, blocked site data, sandboxed frames, no IndexedDB at all.
  SecurityError: 'refused',
  InvalidStateError: 'refused',
  NotAllowedError: 'refused',
  NotSupportedError: 'refused',
  TypeError: 'refused',
  ReferenceError: 'refused',
  VersionError: 'newer',
  QuotaExceededError: 'full',
};

/** The kind of a `STORAGE_FAILED`. Without a cause, nobody answered in time. */
export function troubleOf(error: unknown): StorageTrouble['kind'] {
  const { cause } = (error ?? {}) as { readonly cause?: { readonly name?: unknown } };
  return cause === undefined ? 'hung' : (KINDS[String(cause.name)] ?? 'corrupt');
}
