/**
 * The files that a simulated tab shows, by the rules of the package (`client/media-file.ts`).
 *
 * Owns: asking again after the daemon's death and after passing failures, reading bytes that are told to be there. Does not know what the
 * bytes should be.
 */
import type { CallInput, CallName, CallOutputs, MediaFrame, MediaPriority, MediaState } from '../../protocol/index.ts';
import { mediaId } from '../../protocol/media.ts';
import { toTabcachedError } from '../../protocol/errors.ts';
import { bytesOf } from './sim-blob.ts';

/** How a tab wants a file. */
export interface FileWish {
  readonly requestId: string;
  readonly filename: string;
  messageId: string;
  fileSize: number | null;
  mimeType: string | null;
  onScreen: boolean;
  priority: MediaPriority;
}

/** A file in a tab. */
export interface SimFile {
  readonly id: string;
  readonly wish: FileWish;
  /** As the daemon told last; null: nothing yet. */
  told: MediaState | null;
  /** Since when, in elapsed time, it has that status. */
  toldSince: number;
  bytes: Uint8Array<ArrayBuffer> | null;
  thumbnail: Uint8Array<ArrayBuffer> | null;
  /** Since when, in elapsed time, the daemon knows the wish as it is; null: it does not. */
  knownSince: number | null;
  /** The error of the last question that was refused. */
  refused: string | null;
}

/** What files need of their tab. */
export interface SimFilesSetup {
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutputs[Name]>;
  /** Time that has passed, whatever clocks say. */
  elapsedMs(): number;
  later(ms: number, run: () => void): void;
  isReady(): boolean;
  /** Bytes were shown. */
  onBytes(file: SimFile, kind: 'body' | 'thumbnail', bytes: Uint8Array<ArrayBuffer>): void;
}

/** The files of a tab. */
export interface SimFiles {
  readonly all: ReadonlyMap<string, SimFile>;
  /** Shows a file, or shows it otherwise. */
  watch(wish: FileWish): void;
  unwatch(id: string): void;
  /** A chat is not shown any more. */
  unwatchChat(requestId: string): void;
  receive(frame: MediaFrame): void;
  /** A daemon has answered hello. */
  up(): void;
  down(): void;
}

/** No file is shown. */
export function createSimFiles(setup: SimFilesSetup): SimFiles {
  const all = new Map<string, SimFile>();
  const heard = new Map<string, number>();
  const reading = new Set<string>();
  let life = 0;

  const has = (file: SimFile, kind: 'body' | 'thumbnail'): boolean => (kind === 'body' ? file.told?.status === 'completed' : file.told?.thumbnail === true);
  const read = (file: SimFile, kind: 'body' | 'thumbnail'): void => {
    const name = kind === 'body' ? 'bytes' : 'thumbnail';
    const key = `${kind} ${file.id}`;
    if (!has(file, kind) || file[name] !== null || reading.has(key)) return;
    reading.add(key);
    const mine = life;
    const { requestId, filename } = file.wish;
    setup.call('readMedia', { requestId, filename, thumbnail: kind === 'thumbnail' }).then(
      ({ blob }) => {
        reading.delete(key);
        if (mine !== life || all.get(file.id) !== file || !blob || !has(file, kind)) return;
        file[name] = bytesOf(blob);
        setup.onBytes(file, kind, bytesOf(blob));
      },
      () => {
        reading.delete(key);
        setup.later(1_500, () => mine === life && all.get(file.id) === file && read(file, kind));
      },
    );
  };
  const take = (file: SimFile, state: MediaState): void => {
    if (file.told?.status !== state.status) file.toldSince = setup.elapsedMs();
    file.told = state;
    file.refused = null;
    heard.set(file.id, (heard.get(file.id) ?? 0) + 1);
    if (!has(file, 'body')) file.bytes = null;
    if (!has(file, 'thumbnail')) file.thumbnail = null;
    read(file, 'thumbnail');
    read(file, 'body');
  };
  const ask = (file: SimFile): void => {
    file.knownSince = null;
    if (!setup.isReady()) return;
    const mine = life;
    const wish = JSON.stringify(file.wish);
    const before = heard.get(file.id) ?? 0;
    setup.call('watchMedia', file.wish).then(
      (state) => {
        if (mine !== life || all.get(file.id) !== file) return;
        if (wish === JSON.stringify(file.wish)) file.knownSince = setup.elapsedMs();
        // What a frame told meanwhile is newer.
        if (before === (heard.get(file.id) ?? 0)) take(file, state);
      },
      (thrown: unknown) => {
        if (mine !== life || all.get(file.id) !== file) return;
        const error = toTabcachedError(thrown);
        file.refused = error.code;
        if (error.retryable && error.code !== 'DAEMON_LOST') setup.later(1_500, () => mine === life && all.get(file.id) === file && ask(file));
      },
    );
  };

  const unwatch = (id: string): void => {
    const file = all.get(id);
    if (!file) return;
    all.delete(id);
    heard.delete(id);
    const { requestId, filename } = file.wish;
    if (setup.isReady()) setup.call('unwatchMedia', { requestId, filename }).catch(() => undefined);
  };

  return {
    all,
    watch: (wish) => {
      const id = mediaId(wish.requestId, wish.filename);
      const known = all.get(id);
      const file: SimFile = known ?? { id, wish: { ...wish }, told: null, toldSince: 0, bytes: null, thumbnail: null, knownSince: null, refused: null };
      Object.assign(file.wish, wish);
      all.set(id, file);
      ask(file);
    },
    unwatch,
    unwatchChat: (requestId) => {
      for (const file of all.values()) if (file.wish.requestId === requestId) unwatch(file.id);
    },
    receive: ({ id, state }) => {
      const file = all.get(id);
      if (file) take(file, state);
    },
    up: () => {
      for (const file of all.values()) ask(file);
    },
    down: () => {
      life += 1;
      reading.clear();
      for (const file of all.values()) file.knownSince = null;
    },
  };
}
