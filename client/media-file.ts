/**
 * One file that a tab watches: its state as the daemon tells it, and the object URLs of its bytes.
 *
 * Owns: asking while somebody watches, the most urgent of all watchers' hints, and that no URL outlives its use. Does not know what
 * the file shows.
 */
import { OCTETS, shownType, type MediaError, type MediaState } from '../protocol/media.ts';
import type { MediaHints, MediaViewState } from './api/media.ts';
import { NO_MEDIA } from './empty-media.ts';
import type { LoadedEnvironment } from './env.ts';
import { createLiveView, type LiveView } from './live-view.ts';
import type { MediaCall } from './media-call.ts';
import type { MediaWatch } from './media-files.ts';
import { mostUrgent } from './media-urgency.ts';

/** What a file needs to know. */
export interface MediaFileSetup {
  readonly env: LoadedEnvironment;
  readonly deadlineMs: number;
  readonly call: MediaCall;
  readonly isUp: () => boolean;
  readonly requestId: string;
  readonly filename: string;
  /** Nobody watches it any more. */
  readonly onClose: () => void;
}

/** A watched file and the wires that the registry pulls. */
export interface MediaFile {
  readonly live: LiveView;
  watch(hints: MediaHints, onChange: () => void): MediaWatch;
  receive(state: MediaState): void;
  /** Shows nothing any more. */
  forget(): void;
}

const keyOf = ({ messageId, priority, onScreen }: MediaHints): string => `${messageId} ${priority} ${onScreen}`;

/** A file that nobody watches yet. */
export function createMediaFile(setup: MediaFileSetup): MediaFile {
  const { env, call, isUp, requestId, filename } = setup;
  const watchers = new Set<{ hints: MediaHints; readonly onChange: () => void }>();
  const urls: { full: string | null; thumbnail: string | null } = { full: null, thumbnail: null };
  const reading = new Set<keyof typeof urls>();
  let told: MediaState | null = null;
  let failure: MediaError | null = null;
  /** Counts what the daemon said: an answer that a frame overtook says less than the frame. */
  let heard = 0;
  let shown: MediaViewState = NO_MEDIA;
  let asked = '';

  const publish = (): void => {
    const state = told ?? { ...NO_MEDIA, ...(failure ? { status: 'failed' as const, error: failure } : {}) };
    shown = { ...state, ready: told !== null, url: urls.full, thumbnailUrl: urls.thumbnail };
    for (const { onChange } of [...watchers]) onChange();
  };
  const revoke = (kind: keyof typeof urls): void => {
    const url = urls[kind];
    urls[kind] = null;
    if (url !== null) env.later.urls.revoke(url);
  };
  const has = (kind: keyof typeof urls): boolean => (kind === 'full' ? told?.status === 'completed' : told?.thumbnail === true);

  /** Reads bytes that are there and not read yet. */
  const read = async (kind: keyof typeof urls): Promise<void> => {
    if (!has(kind) || urls[kind] !== null || reading.has(kind)) return;
    reading.add(kind);
    try {
      const { blob } = await call('readMedia', { requestId, filename, thumbnail: kind === 'thumbnail' });
      if (!blob || !has(kind) || !live.isActive()) return;
      // The daemon promises it; a page that would run a file is worth a second look.
      urls[kind] = env.later.urls.create(shownType(blob.type) === blob.type ? blob : new Blob([blob], { type: OCTETS }));
      publish();
    } finally {
      reading.delete(kind);
    }
  };
  const take = (state: MediaState): void => {
    told = state;
    failure = null;
    for (const kind of ['full', 'thumbnail'] as const) if (!has(kind)) revoke(kind);
    publish();
  };
  const drop = (): void => {
    told = failure = null;
    revoke('full');
    revoke('thumbnail');
  };
  const readAll = async (): Promise<void> => void (await Promise.all([read('thumbnail'), read('full')]));

  const ask = async (): Promise<MediaState> => {
    const hints = mostUrgent([...watchers].map((watcher) => watcher.hints));
    const { messageId, originalFilename, fileSize = null, mimeType = null, priority, onScreen } = hints;
    asked = keyOf(hints);
    return call('watchMedia', { requestId, filename, messageId, ...(originalFilename ? { originalFilename } : {}), fileSize, mimeType, priority, onScreen });
  };
  /** Who shows it, or how urgently, changed: the daemon hears of it when that changes the most urgent hints. */
  const reorder = (): void => {
    if (watchers.size === 0 || told === null || !isUp()) return;
    if (keyOf(mostUrgent([...watchers].map((watcher) => watcher.hints))) !== asked) void ask().catch(() => undefined);
  };

  const live = createLiveView(env, setup.deadlineMs, isUp, {
    open: async (isCurrent) => {
      const before = heard;
      const state = await ask();
      if (!isCurrent()) return;
      if (heard === before) take(state);
      await readAll();
    },
    close: () => {
      drop();
      setup.onClose();
      if (isUp()) void call('unwatchMedia', { requestId, filename }).catch(() => undefined);
    },
    onFailure: ({ code, message, retryable }) => {
      failure = { code, message, retryable };
      publish();
    },
  });

  return {
    live,
    watch: (hints, onChange) => {
      const watcher = { hints, onChange };
      watchers.add(watcher);
      if (watchers.size === 1) live.use(true);
      // Also when it was still open from before: a message that was confirmed meanwhile has another id.
      reorder();
      return {
        state: () => shown,
        hint: (next) => {
          watcher.hints = next;
          reorder();
        },
        stop: () => {
          if (!watchers.delete(watcher)) return;
          if (watchers.size === 0) live.use(false);
          else reorder();
        },
      };
    },
    forget: () => {
      drop();
      publish();
    },
    receive: (state) => {
      heard += 1;
      take(state);
      // Bytes that cannot be read now are asked for again, with a pause.
      readAll().catch(() => live.reopen());
    },
  };
}
