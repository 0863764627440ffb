/**
 * What a daemon does when its database cannot be had. A part that loads when used.
 *
 * Owns: the verdict (what is wrong, whether anything may be sent), building a database anew of which the outbox can still be read, finishing
 * a wipe, and waiting until storage is back. Does not know what a working database holds.
 */
import type { StorageTrouble } from '../protocol/index.ts';
import { TabcachedError } from '../protocol/errors.ts';
import { inTime, openDurable, pause, untilLoaded, type DaemonIdentity } from './durable-store.ts';
import type { Environment } from './env.ts';
import { salvage, type Salvaged } from './store/salvage.ts';
import { storeNames } from './store/schema.ts';
import type { Store } from './store/store.ts';
import { troubleOf } from './store/trouble.ts';
import { wasAsked } from './succession.ts';

/** First and longest pause before storage that failed is tried again. */
const RETRY_FIRST_MS = 5_000;
const RETRY_LONGEST_MS = 60_000;

/** What happened. */
export interface StorageFailure {
  readonly env: Environment;
  readonly identity: DaemonIdentity;
  /** The database, when it could be opened. */
  readonly store: Store | null;
  /** `wiping`: it holds the note of a wipe that was interrupted. */
  readonly error: unknown;
  /** It was built anew already, which is done once. */
  readonly saved: Salvaged | null;
  /** Resolves when the database opened after all, too late to be used: what blocked it has let go. */
  readonly late: Promise<void>;
}

/** To go on in memory, or to open the database again: it is new. */
export type FailureAnswer =
  | { readonly memory: Store; readonly trouble: StorageTrouble; whenBack(tries: number, signal: AbortSignal): Promise<void> }
  | { readonly memory: null; readonly saved: Salvaged | null };

/** Comes to an answer; never rejects. */
export async function answerFailure({ env, identity, store, error, saved, late }: StorageFailure): Promise<FailureAnswer> {
  const wiping = error === 'wiping';
  const kind = wiping ? 'hung' : troubleOf(error);
  env.log.error('storage failed', { kind, error: String(error) });
  const found = store && kind === 'corrupt' && !saved ? await salvage(store) : null;
  store?.close();
  if (wiping || found) {
    const left = await env.wipe(identity.userId).catch((reason: unknown) => [String(reason)]);
    env.log.warn(wiping ? 'interrupted wipe' : 'database built anew', { left, operations: found?.carried.operations.length ?? 0 });
    if (left.length === 0) return { memory: null, saved: found };
  }
  const memory = fenced(env, identity, await untilLoaded(env, () => env.openMemoryStore()));
  await memory.claimWriter(identity.buildId, env.clock.now());
  return { memory, trouble: { kind, held: kind !== 'refused' }, whenBack: (tries, signal) => whenStorageIsBack(env, identity, late, tries, signal) };
}

/**
 * Memory has no record by which a daemon sees that it was left behind while it hung. What a person wrote is looked at before it is kept, and an
 * attempt before it is made: others have taken that over, and may have sent what came after it.
 */
const fenced = (env: Environment, { userId, epoch }: DaemonIdentity, memory: Store): Store => ({
  ...memory,
  write: async (stores, durability, work) => {
    if (durability === 'strict' && (await wasAsked(env, userId, epoch))) throw new TabcachedError('FENCED');
    return memory.write(stores, durability, work);
  },
});

/**
 * Resolves when the database could be opened and every store of it read; pauses grow from `tries` on, and end when an open that was given
 * up (`late`) is answered after all. Resolves when aborted, too.
 */
async function whenStorageIsBack(env: Environment, identity: DaemonIdentity, late: Promise<void>, tries: number, signal: AbortSignal): Promise<void> {
  let answered = late;
  for (let attempt = tries; ; attempt += 1) {
    await Promise.race([pause(env, Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** attempt)), answered]);
    if (signal.aborted) return;
    try {
      let onLate: () => void = () => undefined;
      answered = new Promise((resolve) => (onLate = resolve));
      const store = await openDurable(env, identity, { onBlocking: () => undefined, onTerminated: () => undefined }, onLate);
      try {
        return await inTime(env, store.read(storeNames, async (tx) => void (await Promise.all(storeNames.map((name) => tx.getAll(name, { limit: 1 }))))));
      } finally {
        store.close();
      }
    } catch (error) {
      env.log.info('storage is not back yet', { error: String(error) });
    }
  }
}
