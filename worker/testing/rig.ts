/**
 * A daemon with tabs and a server, all in one process and under virtual time.
 *
 * Owns: putting the doubles together. Tabs here are the daemon's sessions without a page: they call, and keep what they were sent.
 */
import {
  applyRows,
  type Backend,
  type CallInput,
  type CallName,
  type CallOutputs,
  type CallResult,
  type ChatMeta,
  type ChatPage,
  type ChatPatch,
  type ChatSnapshot,
  type CachedMessage,
  type DaemonFrame,
  type DaemonSettings,
  type Update,
  type Window,
} from '../../protocol/index.ts';
import { fromWireError } from '../../protocol/errors.ts';
import { tabLease, type WorkerIdentity } from '../../protocol/names.ts';
import type { BackendEnvironment } from '../backend/backend-environment.ts';
import { createDaemon } from '../daemon.ts';
import type { Environment } from '../env.ts';
import { createLives, type Lives } from '../lives.ts';
import { storeNames } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { createMedia, mediaSetup } from '../media/media-part.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { createFakeLocks, type FakeLocks } from './fake-locks.ts';
import './loaded-parts.ts';
import { mortalBackend, mortalEnvironment, mortalStore, type Life } from './mortal.ts';
import { createModelServer, type ModelServer } from './model-server.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';

/** The user of every rig. */
export const RIG_USER = 'agent';

/** UUIDs that count up. */
export function countingIds(): () => string {
  let count = 0;
  return () => `00000000-0000-4000-8000-${(++count).toString(16).padStart(12, '0')}`;
}

/** A chat as a tab of the rig sees it. */
export interface TabChat {
  version: number;
  window: Window;
  rows: readonly CachedMessage[];
  meta: ChatMeta;
}

/** A tab of the rig. */
export interface RigTab {
  readonly id: string;
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutputs[Name]>;
  open(requestId: string): Promise<TabChat>;
  chat(requestId: string): TabChat;
  /** Contents of the rows on screen. */
  texts(requestId: string): readonly string[];
  readonly frames: DaemonFrame[];
  /** The tab dies without a word. */
  crash(): void;
}

/** How a tab comes. */
export interface TabOptions {
  /** Its client was connected before. */
  readonly returning?: boolean;
  /** What it answers when it is asked for a token. Default: `token`. */
  readonly token?: string | null;
}

/** A daemon, its server, its time. */
export interface Rig {
  readonly time: VirtualTime;
  readonly server: ModelServer;
  readonly locks: FakeLocks;
  readonly updates: Update[];
  daemon: Lives;
  readonly store: Store;
  openTab(options?: TabOptions): Promise<RigTab>;
  /** The daemon dies without a word and another one takes its place over the same store. */
  restartDaemon(): Promise<void>;
}

const SETTINGS: DaemonSettings = { backend: 'http://backend.test/api/v1', budgetBytes: 1e8, messageBudgetBytes: 1e9, mediaStore: 'indexeddb', outboxLimit: 1_000 };

/** What a rig can be made with. */
export interface RigOptions {
  readonly settings?: Partial<DaemonSettings>;
  /** Default: a memory store that survives daemons. */
  readonly openStore?: () => Promise<Store>;
  /** How promises settle; a store that waits for tasks needs more than one turn. */
  readonly settle?: () => Promise<void>;
  /** Stands in for calls of the server, made over the daemon's network. */
  readonly backend?: (env: BackendEnvironment) => Partial<Backend>;
  /** Stands in for parts of the daemon's environment, given what is there. */
  readonly env?: (env: Environment) => Partial<Environment>;
}

/** Creates a rig with a server without chats and no tab. */
export async function createRig(options: RigOptions = {}): Promise<Rig> {
  const time = createVirtualTime(undefined, options.settle);
  const locks = createFakeLocks();
  const newId = countingIds();
  const server = createModelServer(RIG_USER, newId);
  const updates: Update[] = [];
  const store = options.openStore ? await options.openStore() : createMemoryStore();
  // The store outlives daemons here, so closing it is the test's business.
  const shared: Store = { ...store, kind: 'indexeddb', close: () => undefined };
  let shorts = 0;

  const plain: Environment = {
    clock: time.clock,
    timers: time.timers,
    random: () => 0.5,
    ids: { uuid: newId, short: () => `short-${++shorts}` },
    locks,
    network: { fetch: () => Promise.reject(new Error('no network in a rig')), openSocket: () => { throw new Error('no network in a rig'); } },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    openStore: () => Promise.resolve(shared),
    openMemoryStore: async () => createMemoryStore(),
    openBroadcast: () => ({ post: (message) => void updates.push(message as Update), close: () => undefined }),
    openMedia: async (owner) => createMedia(mediaSetup(owner), null),
    wipe: async () => {
      await shared.write(storeNames, 'strict', async (tx) => {
        for (const name of storeNames) await tx.clear(name);
      });
      return [];
    },
    estimateStorage: () => Promise.resolve(null),
  };
  const env: Environment = { ...plain, ...options.env?.(plain) };
  const identity = (): WorkerIdentity => ({ buildId: 'build', userId: RIG_USER, generation: 0 });
  let life: Life = { alive: true };
  const start = (): Lives => {
    const own: Life = { alive: true };
    life = own;
    const mortal = mortalEnvironment(own, { ...env, openStore: async (...args) => mortalStore(own, await env.openStore(...args)) });
    return createLives((before) => createDaemon({ env: mortal, identity: identity(), createBackend: (backendEnv) => mortalBackend(own, options.backend ? { ...server.backend, ...options.backend(backendEnv) } : server.backend), before }));
  };

  const rig: Rig = {
    time,
    server,
    locks,
    updates,
    store: shared,
    daemon: start(),
    openTab: async (tabOptions = {}) => {
      // Traces and recordings tell tabs apart by their first characters.
      const tab = await openTab(rig, `${env.ids.uuid().slice(-6)}-tab`, { ...SETTINGS, ...options.settings }, tabOptions);
      await time.settle();
      return tab;
    },
    restartDaemon: async () => {
      life.alive = false;
      server.dropLinks();
      for (const lock of locks.heldNow()) if (lock.includes(':daemon:') || lock.includes(':writer:')) locks.kill(lock);
      rig.daemon = start();
      await time.settle();
    },
  };
  return rig;
}

async function openTab(rig: Rig, id: string, settings: DaemonSettings, { returning = false, token = 'token' }: TabOptions): Promise<RigTab> {
  const chats = new Map<string, TabChat>();
  const early = new Map<string, ChatPatch[]>();
  const frames: DaemonFrame[] = [];
  const lease = tabLease(RIG_USER, id);
  await rig.locks.hold(lease);
  let received = 0;

  const connection = rig.daemon.connect((text) => {
    const frame = JSON.parse(text) as DaemonFrame;
    frames.push(frame);
    received += 1;
    if (received % 16 === 0) void connection.call('ack', { frames: received });
    if (frame.t === 'token') void connection.call('giveToken', { requestNumber: frame.requestNumber, token });
    if (frame.t === 'stale') for (const requestId of frame.requestIds) if (chats.has(requestId)) void tab.open(requestId);
    if (frame.t !== 'chat') return;
    // A patch may be posted between the making of a snapshot and its arrival.
    const waiting = early.get(frame.requestId);
    if (waiting) waiting.push(frame);
    else patch(frame);
  });
  const patch = (frame: ChatPatch): void => {
    const chat = chats.get(frame.requestId);
    if (!chat || frame.version <= chat.version) return;
    if (frame.version !== chat.version + 1) throw new Error(`version ${frame.version} after ${chat.version}`);
    const window = chat.window.lo === 0 && frame.meta.floor > 0 ? { ...chat.window, lo: frame.meta.floor } : chat.window;
    chats.set(frame.requestId, { version: frame.version, window, rows: applyRows(chat.rows, frame.upserts, frame.removals, window), meta: frame.meta });
  };

  const tab: RigTab = {
    id,
    frames,
    call: async (name, input) => {
      const result = (await connection.call(name, input)) as CallResult<CallOutputs[typeof name]>;
      if (!result.ok) throw fromWireError(result.error);
      return result.value;
    },
    open: async (requestId) => {
      early.set(requestId, []);
      const snapshot = JSON.parse(await tab.call('openChat', { requestId, anchor: 'newest', limit: 50 })) as ChatSnapshot | ChatPage;
      chats.set(requestId, { version: snapshot.version, window: snapshot.window, rows: snapshot.rows, meta: snapshot.meta });
      const waiting = early.get(requestId) ?? [];
      early.delete(requestId);
      for (const frame of waiting) patch(frame);
      return tab.chat(requestId);
    },
    chat: (requestId) => {
      const chat = chats.get(requestId);
      if (!chat) throw new Error(`${requestId} is not open`);
      return chat;
    },
    texts: (requestId) => tab.chat(requestId).rows.map((row) => row.content),
    crash: () => rig.locks.kill(lease),
  };
  await tab.call('hello', { protocol: 1, buildId: 'build', userId: RIG_USER, tabId: id, lease, settings, returning, report: { visible: true, focused: true, online: true } });
  return tab;
}
