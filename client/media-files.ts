/**
 * The files that a tab watches.
 *
 * Owns: one entry per file however many places of the tab show it, and which frame goes where. It is loaded when the first file is watched.
 */
import type { MediaFrame } from '../protocol/media.ts';
import { mediaId } from '../protocol/media.ts';
import type { MediaHints, MediaViewState } from './api/media.ts';
import type { LoadedEnvironment } from './env.ts';
import type { MediaCall } from './media-call.ts';
import { createMediaFile, type MediaFile } from './media-file.ts';

/** One place that shows a file. */
export interface MediaWatch {
  state(): MediaViewState;
  hint(hints: MediaHints): void;
  /** Idempotent. */
  stop(): void;
}

/** The files of a tab. */
export interface MediaFiles {
  watch(requestId: string, filename: string, hints: MediaHints, onChange: () => void): MediaWatch;
  receive(frame: MediaFrame): void;
  /** A session is up: ask for what is watched. */
  up(): void;
  down(): void;
  /** No file shows anything any more. */
  forget(): void;
}

/** No file is watched yet. */
export function createMediaFiles(env: LoadedEnvironment, deadlineMs: number, call: MediaCall, isUp: () => boolean): MediaFiles {
  const files = new Map<string, MediaFile>();
  const fileOf = (requestId: string, filename: string): MediaFile => {
    const id = mediaId(requestId, filename);
    const known = files.get(id);
    if (known) return known;
    const file: MediaFile = createMediaFile({ env, deadlineMs, call, isUp, requestId, filename, onClose: () => void files.delete(id) });
    files.set(id, file);
    return file;
  };
  return {
    watch: (requestId, filename, hints, onChange) => fileOf(requestId, filename).watch(hints, onChange),
    receive: (frame) => files.get(frame.id)?.receive(frame.state),
    up: () => {
      for (const file of [...files.values()]) file.live.up();
    },
    down: () => {
      for (const file of files.values()) file.live.down();
    },
    forget: () => {
      for (const file of files.values()) file.forget();
    },
  };
}
