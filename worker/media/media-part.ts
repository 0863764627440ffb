/**
 * The part of the daemon that loads when a tab first asks for a file: the media cache with everything behind it.
 *
 * Owns: putting it together, and putting the store right before the first call.
 */
import { createBlobMediaStore } from './blob-media-store.ts';
import type { Media, MediaSetup, Pictures } from './media.ts';
import { createMediaCache } from './media-cache.ts';
import { createPlainRoom } from './plain-room.ts';

export { createPictures } from '../real-pictures.ts';

/** The media cache over the daemon's database. */
export function createMedia(setup: MediaSetup, pictures: Pictures | null): Media {
  const { env, store, settings } = setup;
  const media = createBlobMediaStore(store, env.clock);
  const room = createPlainRoom(settings.budgetBytes, () => media.size());
  const started = media.reconcile().then(
    (found) => {
      if (found.missing > 0 || found.orphans > 0 || found.countersWrong) env.log.warn('stored files put right', { ...found });
    },
    (thrown: unknown) => env.log.error('stored files not put right', { error: String(thrown) }),
  );
  const cache = createMediaCache({ ...setup, media, room, pictures, started });
  void started.then(() => cache.begin()).catch((thrown: unknown) => env.log.warn('pinned files not fetched', { error: String(thrown) }));
  return {
    ...cache,
    close: async () => {
      await cache.close();
      media.close();
    },
  };
}
