/**
 * The media cache over a memory store, with a file server whose every byte a test decides about, under virtual time.
 *
 * Owns: putting the doubles together. Daemons may be killed between any two awaits and followed by another one over the same store.
 */
import { createHash } from 'node:crypto';
import { mediaId, type CallInput, type MediaBody, type MediaCallOutputs, type MediaFrame, type MediaRange, type MediaState } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import type { EvictionHost } from '../eviction/eviction.ts';
import { createMedia } from '../media/media-part.ts';
import type { Media, Pictures } from '../media/media.ts';
import type { Session } from '../sessions.ts';
import { createCommitter } from '../store/committer.ts';
import { createChatBook } from '../sync/chat-book.ts';
import { chatWriteStores, writeChat } from '../store/chat-writes.ts';
import { emptyChat } from '../store/empty-records.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { mortalStore, type Life } from './mortal.ts';
import { message, uuid } from './store-records.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';

/** The chat of every file of a rig, and the message that shows it. */
export const CHAT = uuid(0xc4a7);
export const MESSAGE = uuid(0x3e55);

/** A file on the server. `digest` and `totalBytes` are what it announces. */
export interface ServedFile {
  bytes: Uint8Array<ArrayBuffer>;
  etag: string | null;
  digest: string | null;
  totalBytes: number | null;
  mimeType: string;
}

/** A request as the server sees it. */
export interface SeenRequest {
  readonly filename: string;
  readonly range: MediaRange;
  /** Bytes that were sent. */
  sent: number;
  /** The client let go of the body. */
  cancelled: boolean;
  /** Sends so many bytes more of what was asked for; resolves when they were taken. */
  send(bytes: number): Promise<void>;
  /** Sends the rest and ends. */
  finish(): Promise<void>;
  /** Sends bytes that are not the file's. */
  sendRaw(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  end(): void;
  fail(error: Error): void;
}

/** What a rig is made with. */
export interface MediaRigOptions {
  readonly budgetBytes?: number;
  readonly store?: (store: Store) => Store;
  readonly pictures?: Pictures | null;
  /** Answers wait for the test. Default: they come at once, whole. */
  readonly byHand?: boolean;
}

/** A tab of the rig. */
export interface MediaTab {
  readonly session: Session;
  readonly frames: MediaFrame[];
  call<Name extends keyof MediaCallOutputs>(name: Name, input: CallInput<Name>): Promise<MediaCallOutputs[Name]>;
  watch(filename: string, more?: Partial<CallInput<'watchMedia'>>): Promise<MediaState>;
  unwatch(filename: string): Promise<null>;
  /** Text of the body, or null. */
  text(filename: string): Promise<string | null>;
  /** The newest state that it was told. */
  state(filename: string): MediaState | undefined;
  leave(): void;
}

/** The rig. */
export interface MediaRig {
  readonly time: VirtualTime;
  readonly store: Store;
  readonly files: Map<string, ServedFile>;
  readonly requests: SeenRequest[];
  /** Files that were asked for, of every life: at hand or not. */
  readonly asked: boolean[];
  /** Runs before each answer; may throw or wait. */
  before: (filename: string, attempt: number, range: MediaRange) => void | Promise<void>;
  /** How ranges are answered. */
  ranges: 'kept' | 'ignored' | 'refused';
  linked: boolean;
  media: Media;
  byHand: boolean;
  readonly fenced: () => number;
  serve(filename: string, content: string | Uint8Array<ArrayBuffer>, more?: Partial<ServedFile>): ServedFile;
  openTab(report?: Partial<Session['report']>): MediaTab;
  /** The daemon dies without a word; the next one begins over the same store. Tabs are gone with it. */
  restart(): Promise<void>;
  /** The daemon dies without a word. */
  kill(): void;
  /** Lets promises and stream tasks settle. */
  settle(): Promise<void>;
}

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
/** Lowercase hex SHA-256. */
export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that differ everywhere. */
export function someBytes(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0, state = seed; at < size; at += 1) bytes[at] = (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) >> 16;
  return bytes;
}

/** Creates a rig with one chat of one message. */
export async function createMediaRig(options: MediaRigOptions = {}): Promise<MediaRig> {
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const time = createVirtualTime(Date.UTC(2026, 0, 16, 9), turns);
  const store = createMemoryStore();
  await store.claimWriter('build', 1);
  await store.write(chatWriteStores, 'relaxed', (tx) =>
    writeChat(tx, { requestId: CHAT, upserts: [message(0x3e55, CHAT, 1)], deletions: [], meta: { ...emptyChat(CHAT, 1), _floor: 1, lastSyncedSequence: 1 }, now: 1 }),
  );
  const given = options.store?.(store) ?? store;
  const files = new Map<string, ServedFile>();
  const requests: SeenRequest[] = [];
  const asked: boolean[] = [];
  const attempts = new Map<string, number>();
  let life: Life = { alive: true };
  let fenced = 0;
  let tabs: MediaTab[] = [];

  const answer = (filename: string, range: MediaRange, own: Life, signal: AbortSignal): MediaBody => {
    const file = files.get(filename);
    if (!file) throw new TabcachedError('NOT_FOUND', undefined, { status: 404 });
    const fits = range.offset > 0 && range.etag === file.etag && rig.ranges !== 'ignored';
    const start = fits ? range.offset : 0;
    let at = start;
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({ start: (given_) => void (controller = given_), cancel: () => void (request.cancelled = true) });
    signal.addEventListener('abort', () => {
      request.cancelled = true;
      try {
        controller.error(signal.reason);
      } catch {
        // It had ended.
      }
    });
    const push = async (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
      if (own.alive && !request.cancelled) {
        request.sent += bytes.byteLength;
        controller.enqueue(bytes);
      }
      await turns();
    };
    const request: SeenRequest = {
      filename, range, sent: 0, cancelled: false,
      sendRaw: push,
      send: async (bytes) => {
        const end = Math.min(file.bytes.length, at + bytes);
        const part = file.bytes.slice(at, end);
        at = end;
        if (part.length > 0) await push(part);
      },
      finish: async () => {
        while (at < file.bytes.length) await request.send(256 * 1024);
        request.end();
        await turns();
      },
      end: () => void (own.alive && !request.cancelled && controller.close()),
      fail: (error) => void (own.alive && !request.cancelled && controller.error(error)),
    };
    requests.push(request);
    if (!rig.byHand) {
      for (; at < file.bytes.length; at += 65_536) controller!.enqueue(file.bytes.slice(at, at + 65_536));
      request.sent = file.bytes.length - start;
      controller!.close();
    }
    return { body, offset: start, totalBytes: file.totalBytes, etag: file.etag, digest: file.digest, mimeType: file.mimeType };
  };

  const start = (): Media => {
    const own: Life = { alive: true };
    life = own;
    tabs = [];
    const open = new Set<Session>();
    sessions = open;
    return createMedia(
      {
        env: {
          clock: time.clock,
          timers: { after: (delayMs, run) => time.timers.after(delayMs, () => own.alive && run()) },
          random: () => 0.5,
          log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
          estimateStorage: async () => null,
        },
        store: mortalStore(own, given),
        backend: {
          media: async (_, filename, range, { signal }) => {
            const attempt = (attempts.get(filename) ?? 0) + 1;
            attempts.set(filename, attempt);
            await rig.before(filename, attempt, range);
            if (rig.ranges === 'refused' && range.offset > 0) throw new TabcachedError('REJECTED', undefined, { status: 416 });
            if (!own.alive) return new Promise<never>(() => undefined);
            return answer(filename, range, own, signal);
          },
        },
        settings: { backend: 'test', budgetBytes: options.budgetBytes ?? 1e9, messageBudgetBytes: 1e9, mediaStore: 'indexeddb', outboxLimit: 10 },
        userId: 'agent',
        journal: { lines: () => [], notes: () => [], watch: () => undefined },
        tokens: { given: new Set() },
        cacheUse: { asked: (hit) => void asked.push(hit) },
        eviction: emptyEvictionHost(mortalStore(own, given), time),
        ready: () => rig.linked,
        isOver: () => !own.alive,
        flushed: async () => undefined,
        isConnected: (session) => open.has(session),
        post: (session, frame) => {
          if (own.alive) tabs.find((tab) => tab.session === session)?.frames.push(JSON.parse(frame) as MediaFrame);
        },
        onFenced: () => void (fenced += 1),
      },
      options.pictures ?? null,
    );
  };
  let sessions = new Set<Session>();

  const rig: MediaRig = {
    time, store, files, requests, asked,
    before: () => undefined,
    ranges: 'kept',
    linked: true,
    byHand: options.byHand ?? false,
    media: null as unknown as Media,
    fenced: () => fenced,
    serve: (filename, content, more = {}) => {
      const bytes = typeof content === 'string' ? encode(content) : content;
      const file: ServedFile = { bytes, etag: `"${sha256(bytes).slice(0, 8)}"`, digest: sha256(bytes), totalBytes: bytes.length, mimeType: 'image/png', ...more };
      files.set(filename, file);
      return file;
    },
    openTab: (report = {}) => {
      const session: Session = { tabId: `tab-${tabs.length}`, report: { visible: true, focused: true, online: true, ...report }, sent: 0, acked: 0, behind: null };
      const frames: MediaFrame[] = [];
      const { media } = rig;
      sessions.add(session);
      const tab: MediaTab = {
        session, frames,
        call: async (name, input) => (await media.call(session, name, input)) as never,
        watch: (filename, more = {}) => tab.call('watchMedia', { requestId: CHAT, filename, messageId: MESSAGE, fileSize: null, mimeType: null, onScreen: true, ...more }),
        unwatch: (filename) => tab.call('unwatchMedia', { requestId: CHAT, filename }),
        text: async (filename) => (await (await tab.call('readMedia', { requestId: CHAT, filename })).blob?.text()) ?? null,
        state: (filename) => frames.findLast((frame) => frame.id === mediaId(CHAT, filename))?.state,
        leave: () => {
          sessions.delete(session);
          media.drop(session);
        },
      };
      tabs.push(tab);
      return tab;
    },
    kill: () => void (life.alive = false),
    restart: async () => {
      life.alive = false;
      rig.media = start();
      await turns();
    },
    settle: () => time.settle(),
  };
  rig.media = start();
  await turns();
  return rig;
}

/** The counters of media that are stored are those of a recount. */
export async function expectMediaCounted(store: Store): Promise<{ readonly mediaSize: number; readonly mediaCount: number }> {
  const { createBlobMediaStore } = await import('../media/blob-media-store.ts');
  const { expect } = await import('vitest');
  const counted = await createBlobMediaStore(store, { now: () => 1 }).recount();
  const [stats, chats] = await store.read(['cache_stats', 'chat_meta'], (tx) => Promise.all([tx.get('cache_stats', 'stats'), tx.getAll('chat_meta')]));
  expect({ mediaSize: stats?.mediaSize ?? 0, mediaCount: stats?.mediaCount ?? 0 }).toEqual({ mediaSize: counted.mediaSize, mediaCount: counted.mediaCount });
  for (const chat of chats) expect(chat.mediaSize).toBe(counted.chats.get(chat.requestId) ?? 0);
  return counted;
}

/** A daemon without chats in memory: of messages nothing is evicted. */
function emptyEvictionHost(store: Store, time: VirtualTime): EvictionHost {
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const committer = createCommitter(store, time, { onFailed: () => undefined, onRecovered: () => undefined, onFenced: () => undefined });
  const book = createChatBook({
    store, committer, log,
    clock: time.clock,
    stored: [],
    firstRead: () => null,
    derive: (model) => model.meta,
    onChange: () => undefined,
    onForgotten: () => undefined,
  });
  return { book, committer, isChatBusy: () => false, onForgotten: () => undefined, askPersistence: () => undefined };
}
