/**
 * Room for media inside its budget: grants it, and makes it by evicting files.
 *
 * Owns: when an eviction begins (past 90 % of the budget, a new file that needs the place, a browser that refused) and ends (80 %), one file's
 * bytes after the other with a turn for everything else between; what was granted and is not stored yet. Which files go is decided in
 * `file-victims.ts`; the cache does the evicting.
 */
import type { Eviction } from '../../protocol/inspect.ts';
import type { Environment } from '../env.ts';
import type { EvictableMedia, Room } from '../media/room.ts';
import type { MediaRecord, MediaStore } from '../media/media-store.ts';
import type { Store } from '../store/store.ts';
import type { EvictionLog } from './eviction-log.ts';
import { mayGo, orderVictims, victimsFor, type VictimFacts, type VictimGroup } from './file-victims.ts';
import { budgetWithin, quotaLeft, START_SHARE, STOP_SHARE } from './quota.ts';

/** Records read in one go. */
const SLICE = 200;
/** The browser is asked again after so many settled bytes. */
const ASK_QUOTA_EVERY_BYTES = 8 * 1024 * 1024;
/** Pause after an eviction that found too little: files become old enough to go in minutes, and each look reads all records. */
const LOOK_AGAIN_MS = 60_000;
/** Files after which everything else gets a turn, beside those that each transaction gives. Browsers make a turn at least 4 ms long. */
const YIELD_EVERY = 8;
/** Rounds of making room while others take what was made. */
const ROUNDS = 3;

/** What the room is made with. */
export interface MediaRoomSetup {
  readonly env: Pick<Environment, 'clock' | 'timers' | 'log' | 'estimateStorage'>;
  readonly store: Store;
  readonly media: MediaStore;
  readonly budgetBytes: number;
  readonly evictions: EvictionLog;
  /** Who evicts; asked for when first needed, because it needs the room itself. */
  cache(): EvictableMedia;
}

/** The room, which can be closed. */
export interface MediaRoom extends Room {
  /** Asks the browser for its quota, and evicts if what is there is too much. */
  check(): Promise<void>;
  /** Evictions under way end after the file they are at. */
  close(): void;
}

/** Creates the room. */
export function createMediaRoom(setup: MediaRoomSetup): MediaRoom {
  const { env, store, media, evictions } = setup;
  const { clock, timers, log } = env;
  let granted = 0;
  let limit = setup.budgetBytes;
  let settledSinceAsked = 0;
  /** What is stored is at most this: as it was read last, and all that was settled since. Evictions make it less. */
  let heldAtMost = Number.POSITIVE_INFINITY;
  let settles = 0;
  let lookedInVainAt = Number.NEGATIVE_INFINITY;
  let closed = false;
  let checking: Promise<void> | null = null;
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: two that look at the same free bytes would both take them. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
  /** What is stored. What was settled while it was read may be in it or not: it is read again. */
  const readHeld = async (): Promise<number> => {
    for (;;) {
      const before = settles;
      const held = await media.size();
      if (before === settles) return (heldAtMost = held);
    }
  };
  const take = (bytes: number): boolean => {
    if (heldAtMost + granted + bytes > limit) return false;
    granted += bytes;
    return true;
  };
  const yieldTurn = (): Promise<void> => new Promise((resolve) => void timers.after(0, resolve));

  const askQuota = async (): Promise<void> => {
    settledSinceAsked = 0;
    const [estimate, held] = await Promise.all([env.estimateStorage(), readHeld()]);
    limit = budgetWithin(setup.budgetBytes, held, quotaLeft(estimate));
  };

  const readFacts = async (): Promise<VictimFacts> => {
    const operations = await store.read(['offline_queue'], (tx) => tx.getAll('offline_queue'));
    const unsent = new Set(operations.map(({ id }) => id));
    const cache = setup.cache();
    return { now: clock.now(), isBusy: (id) => cache.isBusy(id), isUnsent: (messageId) => unsent.has(messageId) };
  };

  /** All records, a slice at a time, so that no reading keeps others waiting. */
  const readRecords = async (): Promise<MediaRecord[]> => {
    const all: MediaRecord[] = [];
    for (let lower = ''; ; ) {
      const slice = await store.read(['media_meta'], (tx) => tx.getAll('media_meta', { limit: SLICE, bounds: { lower, lowerOpen: true } }));
      all.push(...slice);
      const lastRead = slice.at(-1);
      if (slice.length < SLICE || !lastRead) return all;
      lower = lastRead.id;
    }
  };

  /** Evicts a group, unless something became of it since it was chosen. Answers the bytes freed. */
  const evictGroup = async ({ ids }: VictimGroup, reason: Eviction['reason'], facts: VictimFacts): Promise<number> => {
    const mayGoNow = (record: MediaRecord): boolean => !closed && mayGo(record, { ...facts, now: clock.now() });
    // Those that share a body go together or stay.
    const records = ids.length > 1 ? await Promise.all(ids.map((id) => media.get(id))) : [];
    if (records.some((record) => record !== undefined && !mayGoNow(record))) return 0;
    let freed = 0;
    for (const id of ids) {
      const bytes = await setup.cache().evict(id, mayGoNow);
      freed += bytes;
      evictions.add({ at: clock.now(), what: 'file', id, reason, rows: 0, bytes });
    }
    return freed;
  };

  /** Evicts until that many bytes are freed. With `all`, nothing is evicted when all that may go is not enough. */
  const evict = async (bytes: number, reason: Eviction['reason'], all: boolean): Promise<number> => {
    const facts = await readFacts();
    const groups = orderVictims(await readRecords(), facts);
    if (all && !victimsFor(groups, bytes)) return 0;
    let freed = 0;
    for (const [at, group] of groups.entries()) {
      if (freed >= bytes || closed) break;
      freed += await evictGroup(group, reason, facts);
      if (at % YIELD_EVERY === 0) await yieldTurn();
    }
    return freed;
  };

  const lower = async (): Promise<void> => {
    const held = await readHeld();
    if (held <= limit * START_SHARE) return;
    const tooMany = held - limit * STOP_SHARE;
    const freed = await evict(tooMany, limit < setup.budgetBytes ? 'quota' : 'budget', false);
    if (freed < tooMany) lookedInVainAt = clock.now();
    await readHeld();
    log.debug('files evicted', { held, limit, freed });
  };

  const check = (): Promise<void> =>
    (checking ??= inTurn(async () => {
      await askQuota();
      await lower();
    })
      .catch((error: unknown) => log.warn('files not evicted', { error: String(error) }))
      .finally(() => (checking = null)));

  return {
    make: (bytes) => {
      // What fits does not wait for an eviction under way.
      if (take(bytes)) return Promise.resolve(true);
      return inTurn(async () => {
        const excess = async (): Promise<number> => (await readHeld()) + granted + bytes - limit;
        // A browser that was full may have room again: without asking, nothing would be kept any more.
        if (limit < setup.budgetBytes && (await excess()) > 0) await askQuota().catch((error: unknown) => log.warn('quota not known', { error: String(error) }));
        for (let round = 0; round < ROUNDS && bytes <= limit; round += 1) {
          const tooMany = await excess();
          if (take(bytes)) return true;
          if (tooMany > 0 && (await evict(tooMany, 'room', true)) < tooMany) return false;
        }
        return false;
      });
    },
    settle: (bytes) => {
      granted -= bytes;
      settles += 1;
      heldAtMost += bytes;
      settledSinceAsked += bytes;
      if (closed) return;
      if (settledSinceAsked >= ASK_QUOTA_EVERY_BYTES) return void check();
      // While it is looked anyway, the next file to be settled asks again.
      if (checking || heldAtMost <= limit * START_SHARE || Math.abs(clock.now() - lookedInVainAt) < LOOK_AGAIN_MS) return;
      void readHeld().then(
        (held) => (held > limit * START_SHARE ? check() : undefined),
        () => undefined,
      );
    },
    free: (bytes) => inTurn(async () => (await evict(bytes, 'quota', false)) > 0),
    limitBytes: () => limit,
    check,
    close: () => void (closed = true),
  };
}
