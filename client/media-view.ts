/**
 * A file as an application holds it, before and after the code that watches files has been loaded.
 *
 * Owns: loading that code with the first reader. Does not know what is watched, or how.
 */
import type { MediaHints, MediaView, MediaViewState } from './api/media.ts';
import { NO_MEDIA } from './empty-media.ts';
import type { MediaCall } from './media-call.ts';
import type { MediaFiles, MediaWatch } from './media-files.ts';
import { createSource } from './source.ts';

/** A file that is watched when somebody subscribes. */
export function createMediaView(load: () => Promise<MediaFiles>, call: MediaCall, requestId: string, filename: string, first: MediaHints): MediaView {
  let hints = first;
  let watch: MediaWatch | null = null;
  let used = false;

  const source = createSource<MediaViewState>(
    () => watch?.state() ?? NO_MEDIA,
    (now) => {
      used = now;
      if (!now) {
        watch?.stop();
        watch = null;
        return;
      }
      // A part of the package that cannot be loaded leaves the file waiting: reloading the page is all that helps.
      load().then(
        (files) => {
          if (!used || watch) return;
          watch = files.watch(requestId, filename, hints, source.touch);
          source.touch();
        },
        () => undefined,
      );
    },
  );
  return {
    requestId,
    filename,
    subscribe: source.subscribe,
    getSnapshot: source.getSnapshot,
    hint: (change) => {
      hints = { ...hints, ...change };
      watch?.hint(hints);
    },
    retry: async () => void (await call('retryMedia', { requestId, filename })),
    cancel: async () => void (await call('cancelMedia', { requestId, filename })),
    pin: async (pinned = true) => void (await call('pinMedia', { requestId, filename, messageId: hints.messageId, pinned })),
  };
}
