/**
 * The platform of a simulated daemon: time, chance, locks and storage of the world, and no network but the world's own.
 *
 * Owns: putting these into the ports that the daemon asks for. `host-workers.ts` puts several builds' databases in place of the one here.
 */
import type { Environment } from '../../worker/env.ts';
import { createMedia, mediaSetup, openMedia } from '../../worker/media/media-part.ts';
import { createMemoryStore } from '../../worker/store/memory-store.ts';
import type { Store } from '../../worker/store/store.ts';
import type { FakeLocks } from '../../worker/testing/fake-locks.ts';
import type { Life } from '../../worker/testing/mortal.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import type { MediaWorld } from './media-world.ts';
import { createRandom } from './random.ts';

/** What it is made of. */
export interface PlatformSetup {
  readonly seed: number;
  readonly time: VirtualTime;
  readonly locks: FakeLocks;
  /** A user's store, as one life has it. */
  openStore(userId: string, life: Life): Store;
  readonly media: MediaWorld;
  newId(): string;
  /** Lines of the log; `quiet`: only told where lines are kept. */
  say(text: string, quiet: boolean): void;
  /** A daemon goes on in memory. */
  onMemory(): void;
}

/** The environment of each daemon; what they draw is one stream. */
export function createPlatform({ seed, time, locks, openStore, media, newId, say, onMemory }: PlatformSetup): (life: Life) => Environment {
  const random = createRandom(seed, 5);
  let shorts = 0;
  return (life) => ({
    clock: time.clock,
    timers: time.timers,
    random: () => random.next(),
    ids: { uuid: newId, short: () => `short-${++shorts}` },
    locks,
    network: {
      fetch: () => Promise.reject(new Error('no such network here')),
      openSocket: () => {
        throw new Error('no such network here');
      },
    },
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: (event, fields) => say(`! ${event} ${JSON.stringify(fields ?? {})}`, true),
      error: (event, fields) => say(`! ${event} ${JSON.stringify(fields ?? {})}`, false),
    },
    openStore: (userId) => Promise.resolve(openStore(userId, life)),
    openMemoryStore: async () => {
      onMemory();
      return createMemoryStore();
    },
    wipe: async () => ['not wiped here'],
    openBroadcast: () => ({ post: () => undefined, close: () => undefined }),
    openMedia: async (owner) => {
      const { disk } = media;
      if (!disk) return createMedia(mediaSetup(owner), media.pictures);
      return openMedia(mediaSetup(owner), media.pictures, { open: async () => disk.openFor(life), drop: async () => undefined });
    },
    estimateStorage: () => Promise.resolve(media.estimate()),
  });
}
