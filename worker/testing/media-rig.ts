/**
 * The media cache over a memory store, beside a file server, under virtual time.
 *
 * Owns: putting the doubles together. Daemons may be killed between any two awaits and followed by another one over the same store.
 */
import { mediaId, type CallInput, type MediaCallOutputs, type MediaFrame, type MediaState } from '../../protocol/index.ts';
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
import { createMediaFileServer, type MediaFileServer } from './media-file-server.ts';
import { mortalStore, type Life } from './mortal.ts';
import { message, uuid } from './store-records.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';

/** The chat of every file of a rig, and the message that shows it. */
export const CHAT = uuid(0xc4a7);
export const MESSAGE = uuid(0x3e55);

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
export interface MediaRig extends Pick<MediaFileServer, 'files' | 'requests' | 'serve'> {
  readonly time: VirtualTime;
  readonly store: Store;
  readonly server: MediaFileServer;
  /** Files that were asked for, of every life: at hand or not. */
  readonly asked: boolean[];
  linked: boolean;
  media: Media;
  readonly fenced: () => number;
  /** How often a tab was asked to ask the browser for lasting storage. */
  readonly persistenceAsked: () => number;
  openTab(report?: Partial<Session['report']>): MediaTab;
  /** The daemon dies without a word; the next one begins over the same store. Tabs are gone with it. */
  restart(): Promise<void>;
  /** The daemon dies without a word. */
  kill(): void;
  /** Lets promises and stream tasks settle. */
  settle(): Promise<void>;
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
  const server = createMediaFileServer(turns);
  server.byHand = options.byHand ?? false;
  const asked: boolean[] = [];
  let life: Life = { alive: true };
  let fenced = 0;
  let persistenceAsked = 0;
  let tabs: MediaTab[] = [];

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
          media: (_, filename, range, { signal }) => server.ask(filename, range, own, signal),
        },
        settings: { backend: 'test', budgetBytes: options.budgetBytes ?? 1e9, messageBudgetBytes: 1e9, mediaStore: 'indexeddb', outboxLimit: 10 },
        userId: 'agent',
        journal: { lines: () => [], notes: () => [], watch: () => undefined },
        tokens: { given: new Set() },
        cacheUse: { asked: (hit) => void asked.push(hit) },
        eviction: { ...emptyEvictionHost(mortalStore(own, given), time), askPersistence: () => void (persistenceAsked += 1) },
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
    time, store, server, asked,
    files: server.files,
    requests: server.requests,
    serve: server.serve,
    linked: true,
    media: null as unknown as Media,
    fenced: () => fenced,
    persistenceAsked: () => persistenceAsked,
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
