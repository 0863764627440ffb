/**
 * A simulated world: one user's daemon over the real store code, his tabs, a server, a network and time.
 *
 * Owns: putting these together, the daemon's lives, and who is told what. What happens in it is decided elsewhere (`perform.ts`), and so is
 * whether it is right (`check-*.ts`).
 */
import type { DaemonSettings, MediaBody, OutgoingMessage } from '../../protocol/index.ts';
import type { WorkerIdentity } from '../../protocol/names.ts';
import { createDaemon, type Daemon } from '../../worker/daemon.ts';
import type { Environment } from '../../worker/env.ts';
import { createMedia, mediaSetup, openMedia } from '../../worker/media/media-part.ts';
import { createMemoryStore } from '../../worker/store/memory-store.ts';
import type { Store } from '../../worker/store/store.ts';
import { createFakeLocks } from '../../worker/testing/fake-locks.ts';
import { createModelServer, type ModelServer } from '../../worker/testing/model-server.ts';
import { mortalBackend, mortalConnect, mortalEnvironment, type Life } from '../../worker/testing/mortal.ts';
import { createVirtualTime, type VirtualTime } from '../../worker/testing/virtual-time.ts';
import { createSendingCheck } from './check-sending.ts';
import { checkShownBytes } from './check-media.ts';
import { mayChange } from './choose.ts';
import { createDurableStore, type DurableStore } from './durable-store.ts';
import { isDiskError } from './host-disk.ts';
import { createHost, type SimHost } from './host.ts';
import { createHistoryLog, type HistoryLog } from './history-log.ts';
import { createMediaWorld, drawContent, type MediaWorld } from './media-world.ts';
import type { MediaRequest } from './media-server.ts';
import { createMirror, type Committed, type Mirror } from './mirror.ts';
import { createNetwork, type Network } from './network.ts';
import { overtake } from './overtake.ts';
import { createPushWire, type PushWire } from './push-wire.ts';
import { createRandom, type Random } from './random.ts';
import { isFinal } from './refusals.ts';
import type { Regime } from './regime.ts';
import { createSentMessages, type Sent, type SentMessages } from './sent-messages.ts';
import { createSimTab, type SimTab } from './sim-tab.ts';
import { createTokenAnswers, type TokenAnswers } from './token-answers.ts';
import { createVerdict, type Verdict } from './violation.ts';

/** The user of every simulation. */
export const SIM_USER = 'agent';

/** A world. */
export interface World {
  readonly regime: Regime;
  readonly time: VirtualTime;
  readonly server: ModelServer;
  readonly network: Network;
  readonly wire: PushWire;
  readonly durable: DurableStore;
  readonly inner: Store;
  readonly mirror: Mirror;
  readonly sent: SentMessages;
  readonly tokenAnswers: TokenAnswers;
  readonly media: MediaWorld;
  readonly verdict: Verdict;
  readonly log: HistoryLog;
  readonly random: Random;
  readonly tabs: SimTab[];
  /** Workers of several builds over a database that fails; null: one worker whose storage is well. */
  readonly host: SimHost | null;
  /** Chats that were restored from a backup without the client having noticed; the value is the revision that the client claims. */
  readonly unnoticed: Map<string, number>;
  /** When a chat was last restored. */
  readonly restoredAt: Map<string, number>;
  /** Chats whose read mark may go back: refused, reset or forgotten. */
  readonly markMayFall: Set<string>;
  latency: { requestMs: number; answerMs: number; frameMs: number };
  newId(): string;
  /** Text that nobody has written before. */
  newText(): string;
  openTab(): SimTab | null;
  /** Number of the daemon's present life. */
  life(): number;
  /** Number of the life that a tab is connected to; it may be over without the tab having noticed. */
  lifeOf(tab: SimTab): number;
  daemonLives(): boolean;
  /** Does the present daemon run on memory, because storage refused it at its start? */
  isDegraded(): boolean;
  /** The daemon dies without a word; tabs notice after that time. */
  kill(noticedAfterMs: number): void;
  /** It dies so many microtasks after so many more boundaries were crossed; 0 takes that back. */
  killAt(boundaries: number, microtasks: number): void;
  /** The daemon is asked to stop, and another takes its place. */
  drain(): Promise<void>;
  /** Tabs whose daemon is gone find the present one, or make it. */
  reconnect(): void;
  removeTab(tab: SimTab, politely: boolean): void;
  /** Requests so far. */
  requests(): number;
  onCommit: (committed: Committed) => void;
  onOpened: (tab: SimTab, requestId: string) => void;
  /** A person was told that it is discarded, or has another text. */
  onDiscarded(sent: Sent): void;
  onEdited(sent: Sent, content: string): void;
}

/** What a world is made with. */
export interface WorldSetup {
  readonly seed: number;
  readonly regime: Regime;
  readonly keepLines: boolean;
  readonly openStore?: () => Promise<{ readonly store: Store; readonly settle: () => Promise<void> }>;
}

const SETTINGS: Omit<DaemonSettings, 'outboxLimit'> = { backend: 'http://backend.test/api/v1', budgetBytes: 1e8, messageBudgetBytes: 1e9, mediaStore: 'indexeddb' };
/** More requests than this at one instant never end. */
const REQUESTS_AT_ONCE = 300;
const PING_MS = 25_000;
/** A lookup that began when storage could not be read has led to a stored message by then. */
const LOOKUP_MS = 500;

/** Creates a world with its chats, a daemon that boots, and no tab. */
export async function createWorld({ seed, regime, keepLines, openStore }: WorldSetup): Promise<World> {
  const opened = await openStore?.();
  const time = createVirtualTime(undefined, opened?.settle);
  const inner = opened?.store ?? createMemoryStore();
  const random = createRandom(seed, 4);
  const locks = createFakeLocks();
  const log = createHistoryLog(keepLines);
  const verdict = createVerdict();
  const mirror = createMirror();
  let ids = 0;
  let shorts = 0;
  let texts = 0;
  const newId = (): string => `00000000-0000-4000-8000-${(++ids).toString(16).padStart(12, '0')}`;
  const server = createModelServer(SIM_USER, newId);
  server.idempotent = regime.idempotent;
  server.appendsRead = regime.appendsRead;
  const latency = { requestMs: regime.requestMs, answerMs: regime.answerMs, frameMs: regime.frameMs };

  let boundariesLeft = 0;
  let microtasks = 0;
  const onBoundary = (): void => {
    if (boundariesLeft === 0 || --boundariesLeft > 0) return;
    const condemned = world.life();
    void (async () => {
      for (let i = 0; i < microtasks; i++) await undefined;
      if (condemned === world.life()) world.kill(random.int(500));
    })();
  };

  const say = (text: string): void => log.add(`${time.clock.now()} ${text}`);
  const wire: PushWire = createPushWire({ server, time, latencyMs: () => latency.frameMs, isUp: () => network.isUp(), token: () => network.token(), onBoundary, onOldToken: () => verdict.broken('#47', 'a link is opened with a token that was rejected') });
  const sent = createSentMessages(server, mirror, () => time.clock.now(), verdict, () => world.tabs.some((tab) => tab.isReady() && tab.host()?.trouble?.held === false && tab.host()?.storage === 'memory'));
  const isHosted = regime.host && !openStore;
  // There, what was written on memory is appended to what was stored, however much that is.
  const sending = createSendingCheck({ mirror, sent, verdict, outboxLimit: isHosted ? Number.POSITIVE_INFINITY : regime.outboxLimit, now: () => time.clock.now(), isStored: (id) => server.byTempId(id) !== undefined });
  const tokenAnswers = createTokenAnswers();
  const media: MediaWorld = createMediaWorld({
    regime: regime.media,
    seed,
    latencyMs: regime.storeMs,
    kill: () => world.kill(random.int(500)),
    refusesUntilAt: () => Math.max(durable.failWritesUntilAt, durable.failReadsUntilAt),
    time,
    server,
    mirror,
    verdict,
    tabs: () => world.tabs,
    life: () => lives,
    lifeOf: (tab) => world.lifeOf(tab),
    breaks: () => network.cuts(),
    onBoundary,
  });
  let requests = 0;
  let burstAt = 0;
  let burst = 0;
  const network: Network = createNetwork({
    server,
    time,
    wire,
    requestMs: () => latency.requestMs,
    answerMs: () => latency.answerMs,
    onBoundary,
    onTokenRefused: sending.onTokenRefused,
    refusals: sending.refusals,
    onRequest: (request, token, refusals) => {
      requests += 1;
      if (burstAt !== time.clock.now()) [burstAt, burst] = [time.clock.now(), 0];
      if (++burst > REQUESTS_AT_ONCE) {
        verdict.broken('loop', `more than ${REQUESTS_AT_ONCE} requests at one instant, the last: ${request.kind} ${JSON.stringify(request.detail)}`);
        world.kill(1e9);
      }
      say(`> ${request.kind} ${JSON.stringify(request.detail)}`);
      if (request.kind === 'media') media.downloads.onRequest(request);
      world.host?.onRequest(request.life, request.kind, (request.detail as { readonly clientTempId?: string } | null)?.clientTempId ?? '');
      // Of a daemon that hung and was left behind S-1 alone is promised (SPEC.md, S-5); how long it may go on is T-2's.
      if (host && request.life < host.workers.present()) return;
      sent.onRequest(request);
      sending.onRequest(request, token, refusals);
    },
    onMedia: (request, options, isAlive) => media.server.answer(request.detail as MediaRequest, options, isAlive, () => media.downloads.onEnd(request)),
    onArrival: (request) => sent.onArrival(request),
    // Until the client has noticed a restore, the server may not reach revisions that it claims: nobody could tell the difference.
    isClosed: (request) => {
      const chat = request.kind === 'send' ? server.chats.get((request.detail as OutgoingMessage).requestId) : undefined;
      return chat !== undefined && !mayChange(world, chat);
    },
    onOvertaken: (request, answer, salt) => overtake(world, request, answer, salt),
    onAnswer: (request, error, value) => {
      if (request.kind === 'media') media.downloads.onAnswer(request, error ?? (value as MediaBody));
      sending.onDone(request);
      if (host ? !host.workers.isPresent(request.life) : request.life !== lives) return;
      say(`< ${request.kind} ${error?.code ?? 'ok'}`);
      if (request.kind === 'read' && error && isFinal(error.code)) world.markMayFall.add((request.detail as { requestId: string }).requestId);
      sent.onAnswer(request, error);
    },
  });
  const durable = createDurableStore({
    inner,
    mirror,
    time,
    random,
    latencyMs: regime.storeMs,
    isFull: (ops) => media.isFull(ops),
    onBoundary,
    onCommit: (committed) => {
      sending.onCommit(committed);
      sent.onStored(committed.newOperations, time.clock.now() < durable.failReadsUntilAt + LOOKUP_MS);
      world.onCommit(committed);
    },
    onUnexpected: (error) => {
      const code = (error as { code?: string }).code;
      if (code !== 'FENCED' && !isDiskError(error)) verdict.broken('H-6', `a transaction failed by itself: ${String(error)}`);
    },
  });

  const envRandom = createRandom(seed, 5);
  const env = (life: Life): Environment => ({
    clock: time.clock,
    timers: time.timers,
    random: () => envRandom.next(),
    ids: { uuid: newId, short: () => `short-${++shorts}` },
    locks,
    network: {
      fetch: () => Promise.reject(new Error('no such network here')),
      openSocket: () => {
        throw new Error('no such network here');
      },
    },
    log: { debug: () => undefined, info: () => undefined, warn: (event, fields) => keepLines && say(`! ${event} ${JSON.stringify(fields ?? {})}`), error: (event, fields) => say(`! ${event} ${JSON.stringify(fields ?? {})}`) },
    openStore: () => Promise.resolve(durable.openFor(life)),
    openMemoryStore: async () => {
      degraded = lives;
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
  const identity = (): WorkerIdentity => ({ buildId: 'build', userId: SIM_USER, generation: 0 });

  let lives = 0;
  let degraded = -1;
  let life: Life = { alive: false };
  let daemon: Daemon | null = null;
  const start = (): Daemon => {
    const own: Life = { alive: true };
    const number = ++lives;
    life = own;
    say(`daemon ${number} starts`);
    const made = createDaemon({
      env: mortalEnvironment(own, env(own)),
      identity: identity(),
      createBackend: (backendEnv) => mortalBackend(own, network.backendFor(backendEnv, number, () => own.alive)),
    });
    return { ...made, connect: mortalConnect(own, made.connect) };
  };
  const connectedTo = new Map<SimTab, number>();
  const connect = (tab: SimTab): void => {
    daemon ??= start();
    connectedTo.set(tab, lives);
    tab.connect(daemon);
  };
  /** Tabs whose daemon is gone find the present one, or make it. */
  const reconnect = (): void => {
    for (const tab of world.tabs) {
      if (tab.isFrozen() || connectedTo.get(tab) === lives) continue;
      tab.down();
      connect(tab);
    }
  };
  const ended = (): void => {
    life.alive = false;
    daemon = null;
    sent.onDaemonDied();
    sending.onDaemonDied();
    media.downloads.onDaemonDied();
    media.disk?.onDied();
    wire.dropAll();
    for (const name of locks.heldNow()) if (name.includes(':daemon:') || name.includes(':writer:')) locks.kill(name);
  };

  const world: World = {
    host: null,
    regime,
    time,
    server,
    network,
    wire,
    durable,
    inner,
    mirror,
    sent,
    tokenAnswers,
    media,
    verdict,
    log,
    random,
    latency,
    tabs: [],
    unnoticed: new Map(),
    restoredAt: new Map(),
    markMayFall: new Set(),
    newId,
    newText: () => `text ${++texts}`,
    openTab: () => {
      if (world.tabs.length >= regime.maxTabs) return null;
      const tab: SimTab = createSimTab({
        id: newId(),
        userId: SIM_USER,
        locks,
        settings: { ...SETTINGS, outboxLimit: regime.outboxLimit, ...(regime.media ? { budgetBytes: regime.media.budgetBytes, messageBudgetBytes: regime.media.messageBudgetBytes, mediaStore: regime.media.onDisk ? 'files' : 'indexeddb' } : {}) },
        token: () => network.token(),
        tokenAnswer: tokenAnswers.next,
        later: (ms, run) => void time.timers.after(ms, () => tab.isAlive() && run()),
        elapsedMs: time.elapsedMs,
        onBytes: (file, kind, bytes) => checkShownBytes(world, file, kind, bytes),
        onOpened: (chat) => world.onOpened(tab, chat.requestId),
        onGoodbye: () => {
          if (!life.alive) return;
          say('goodbye');
          ended();
          lives += 1;
          time.timers.after(1, reconnect);
        },
        ...host?.tabSetup(() => tab),
      });
      world.tabs.push(tab);
      if (host) host.connect(tab);
      else connect(tab);
      return tab;
    },
    life: () => lives,
    lifeOf: (tab) => connectedTo.get(tab) ?? 0,
    daemonLives: () => life.alive,
    isDegraded: () => degraded === lives,
    kill: (noticedAfterMs) => {
      if (!life.alive) return;
      say(`daemon ${lives} dies`);
      boundariesLeft = 0;
      ended();
      // No tab is connected to this life, so whoever looks will find its own daemon gone.
      lives += 1;
      time.timers.after(noticedAfterMs, reconnect);
    },
    killAt: (boundaries, ticks) => {
      boundariesLeft = boundaries;
      microtasks = ticks;
    },
    drain: async () => {
      const old = daemon;
      if (!old || !life.alive) return;
      say(`daemon ${lives} is drained`);
      await old.close();
      if (daemon !== old) return;
      ended();
      lives += 1;
      reconnect();
    },
    reconnect,
    removeTab: (tab, politely) => {
      world.tabs.splice(world.tabs.indexOf(tab), 1);
      connectedTo.delete(tab);
      host?.tabs.forget(tab);
      tab.leave(politely);
    },
    requests: () => requests,
    onCommit: () => undefined,
    onOpened: () => undefined,
    onDiscarded: (each) => {
      host?.onDecided(each, each.content);
      // What memory alone has noted goes with the daemon: then nobody knows whether it holds.
      if (!host && world.isDegraded()) return;
      each.discarded = true;
      sending.onDiscarded(each);
    },
    onEdited: (each, content) => {
      host?.onDecided(each, each.content);
      if (!host && world.isDegraded()) each.former = each.content;
      each.content = content;
      sending.onEdited(each, content);
    },
  };
  const host = isHosted ? createHost({ world: () => world, userId: SIM_USER, locks, environment: env, onEnded: (number) => [sent, sending].forEach((each) => each.onDaemonDied(number)) }) : null;
  if (host) {
    const { workers, tabs } = host;
    Object.assign(world, {
      host,
      life: workers.present,
      lifeOf: tabs.lifeOf,
      daemonLives: () => workers.presentWorker() !== undefined,
      isDegraded: workers.isDegraded,
      kill: () => {
        const worker = workers.presentWorker();
        boundariesLeft = 0;
        if (worker) workers.kill(worker);
      },
      // Another build is what drains a daemon here.
      drain: async () => world.kill(0),
      reconnect: tabs.reconnect,
    } satisfies Partial<World>);
  }

  regime.chats.forEach((count, at) => {
    const id = `${at + 1}`.repeat(8) + '-1111-4111-8111-111111111111';
    server.createChat(id, `Chat ${at + 1}`);
    for (let i = 1; i <= count; i++) server.append(id, `old ${i}`, i % 7 === 0 ? SIM_USER : 'somebody');
  });
  if (regime.media) {
    const fileRandom = createRandom(seed, 13);
    for (const { id } of server.chats.values()) for (let i = 0; i < regime.media.files; i++) media.attach(id, drawContent(media, regime.media, fileRandom), fileRandom.int(2 ** 16));
  }
  const ping = (): void => {
    server.ping();
    time.timers.after(PING_MS, ping);
  };
  time.timers.after(PING_MS, ping);
  return world;
}
