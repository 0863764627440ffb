/**
 * What a person wrote, out of a database that cannot be read as a whole. A part that loads when used.
 *
 * Owns: which stores matter, each read by itself. Deletes nothing.
 */
import type { Carried } from '../carry-over.ts';
import { recovered } from '../carry-over.ts';
import { SIGNED_OUT_KEY } from '../../protocol/sign-out.ts';
import { allOperations } from './outbox-rows.ts';
import type { Store } from './store.ts';

/** What was found. */
export interface Salvaged {
  readonly carried: Carried;
  /** The user had signed out, or it cannot be read whether. */
  readonly signedOut: boolean;
}

/** Reads what can be read; null when the outbox cannot: then nothing may be deleted. */
export async function salvage(store: Store): Promise<Salvaged | null> {
  try {
    const operations = (await store.read(['offline_queue'], allOperations)).map(recovered);
    const metas = await store.read(['chat_meta'], (tx) => tx.getAll('chat_meta')).catch(() => []);
    const signedOut = await store.read(['ticket_meta'], (tx) => tx.get('ticket_meta', SIGNED_OUT_KEY)).then((note) => note !== undefined, () => true);
    const drafts = metas.flatMap(({ requestId, _draft }) => (_draft ? [{ requestId, text: _draft }] : []));
    return { carried: { operations, drafts }, signedOut };
  } catch {
    return null;
  }
}
