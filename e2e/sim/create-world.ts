/**
 * Puts a simulated world together.
 *
 * Owns: who is told what. What happens in it is decided elsewhere (`perform.ts`), and so is whether it is right (`check-*.ts`).
 */
import type { DaemonSettings, NoticeFrame } from '../../protocol/index.ts';
import { databaseName } from '../../protocol/names.ts';
import { createMemoryStore } from '../../worker/store/memory-store.ts';
import type { Store } from '../../worker/store/store.ts';
import { createFakeLocks } from '../../worker/testing/fake-locks.ts';
import { createModelServer } from '../../worker/testing/model-server.ts';
import type { Life } from '../../worker/testing/mortal.ts';
import { createVirtualTime } from '../../worker/testing/virtual-time.ts';
import { createBoundaries } from './boundaries.ts';
import { checkShownBytes } from './check-media.ts';
import { createNoticeCheck } from './check-notices.ts';
import { createSendingCheck } from './check-sending.ts';
import { createUsersCheck } from './check-users.ts';
import { createDurableStore } from './durable-store.ts';
import { fillWorld } from './fill-world.ts';
import { createHistoryLog } from './history-log.ts';
import { createHost } from './host.ts';
import { isDiskError } from './host-disk.ts';
import { createMediaWorld, type MediaWorld } from './media-world.ts';
import { createMirror } from './mirror.ts';
import { createNeighbour, NEIGHBOUR } from './neighbour.ts';
import { createNetwork, type Network } from './network.ts';
import { createOneWorker } from './one-worker.ts';
import { createProfile } from './profile.ts';
import { createPushWire, type PushWire } from './push-wire.ts';
import { createRandom } from './random.ts';
import type { Regime } from './regime.ts';
import { createSentMessages } from './sent-messages.ts';
import { createPlatform } from './sim-environment.ts';
import { createSimTab, type SimTab } from './sim-tab.ts';
import { createTokenAnswers } from './token-answers.ts';
import { createVerdict } from './violation.ts';
import { watchNetwork } from './watch-network.ts';
import { SIM_USER, type World, type WorldSetup } from './world.ts';

const SETTINGS: Omit<DaemonSettings, 'outboxLimit'> = { backend: 'http://backend.test/api/v1', budgetBytes: 1e8, messageBudgetBytes: 1e9, mediaStore: 'indexeddb' };
/** A lookup that began when storage could not be read has led to a stored message by then. */
const LOOKUP_MS = 500;

const settingsOf = ({ outboxLimit, media }: Regime): DaemonSettings => ({
  ...SETTINGS,
  outboxLimit,
  ...(media ? { budgetBytes: media.budgetBytes, messageBudgetBytes: media.messageBudgetBytes, mediaStore: media.onDisk ? 'files' : 'indexeddb' } : {}),
});

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
  let texts = 0;
  const newId = (): string => `00000000-0000-4000-8000-${(++ids).toString(16).padStart(12, '0')}`;
  const server = createModelServer(SIM_USER, newId);
  server.idempotent = regime.idempotent;
  server.appendsRead = regime.appendsRead;
  const latency = { requestMs: regime.requestMs, answerMs: regime.answerMs, frameMs: regime.frameMs };
  const boundaries = createBoundaries({ life: () => world.life(), kill: () => world.kill(random.int(500)) });
  const { onBoundary } = boundaries;

  const say = (text: string): void => log.add(`${time.clock.now()} ${text}`);
  const wire: PushWire = createPushWire({ server, time, latencyMs: () => latency.frameMs, isUp: () => network.isUp(), token: () => network.token(), onBoundary, onOldToken: () => verdict.broken('#47', 'a link is opened with a token that was rejected'), strangerOf: (token) => (token === world.neighbour?.token() ? world.neighbour.server : null) });
  const forgets = (): boolean => world.tabs.some((tab) => tab.isReady() && tab.host()?.trouble?.held === false && tab.host()?.storage === 'memory');
  const sent = createSentMessages(server, mirror, () => time.clock.now(), verdict, forgets);
  const isHosted = regime.host && !openStore;
  // There, what was written on memory is appended to what was stored, however much that is.
  const sending = createSendingCheck({ mirror, sent, verdict, outboxLimit: isHosted ? Number.POSITIVE_INFINITY : regime.outboxLimit, now: () => time.clock.now(), isStored: (id) => server.byTempId(id) !== undefined, forgets });
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
    life: () => daemon.life(),
    lifeOf: (tab) => world.lifeOf(tab),
    breaks: () => network.cuts(),
    onBoundary,
  });
  const watched = watchNetwork(() => world, sending, say, onBoundary);
  const network: Network = createNetwork({ server, time, wire, requestMs: () => latency.requestMs, answerMs: () => latency.answerMs, ...watched.events });
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
  const profile = createProfile();
  // Who names this user's database gets it, whoever he is.
  const openStoreOf = (userId: string, life: Life): Store => (databaseName(userId) === databaseName(SIM_USER) ? durable.openFor(life) : profile.open(databaseName(userId)));
  const environment = createPlatform({ seed, time, locks, openStore: openStoreOf, media, newId, say: (text, quiet) => (quiet && !keepLines ? undefined : say(text)), onMemory: () => daemon.onMemory() });
  const daemon = createOneWorker({
    time,
    locks,
    userId: SIM_USER,
    tabs: () => world.tabs,
    environment,
    backendFor: network.backendFor,
    say,
    onEnded: () => {
      sent.onDaemonDied();
      sending.onDaemonDied();
      media.downloads.onDaemonDied();
      media.disk?.onDied();
      wire.dropAll();
    },
  });

  const world: World = {
    host: null,
    neighbour: null,
    users: null,
    notices: null,
    profile,
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
    markMayFollow: new Set(),
    listed: false,
    newId,
    newText: () => `text ${++texts}`,
    openTab: () => {
      if (world.tabs.length >= regime.maxTabs) return null;
      const tab: SimTab = createSimTab({
        id: newId(),
        userId: SIM_USER,
        locks,
        settings: settingsOf(regime),
        token: () => network.token(),
        tokenAnswer: tokenAnswers.next,
        strangeToken: () => world.neighbour?.token() ?? null,
        ...(regime.notices ? { onNotices: (notices: NoticeFrame['notices']) => world.notices?.onNotices(tab, notices) } : {}),
        ...(regime.neighbour ? { onText: (text: string) => world.users?.onText(SIM_USER, text, host?.tabs.workerOf(tab)?.leftBehind) } : {}),
        later: (ms, run) => void time.timers.after(ms, () => tab.isAlive() && run()),
        elapsedMs: time.elapsedMs,
        wallTime: time.clock.now,
        onBytes: (file, kind, bytes) => checkShownBytes(world, file, kind, bytes),
        onOpened: (chat) => world.onOpened(tab, chat.requestId),
        onGoodbye: daemon.onGoodbye,
        ...host?.tabSetup(() => tab),
      });
      world.tabs.push(tab);
      (host ?? daemon).connect(tab);
      return tab;
    },
    life: daemon.life,
    lifeOf: daemon.lifeOf,
    daemonLives: daemon.lives,
    isDegraded: daemon.isDegraded,
    kill: (noticedAfterMs) => {
      if (daemon.lives()) boundaries.killAt(0, 0);
      daemon.kill(noticedAfterMs);
    },
    killAt: boundaries.killAt,
    drain: daemon.drain,
    reconnect: daemon.reconnect,
    removeTab: (tab, politely) => {
      world.tabs.splice(world.tabs.indexOf(tab), 1);
      daemon.forget(tab);
      host?.tabs.forget(tab);
      tab.leave(politely);
    },
    requests: watched.requests,
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
  const host = isHosted ? createHost({ world: () => world, userId: SIM_USER, locks, environment, onEnded: (number) => [sent, sending].forEach((each) => each.onDaemonDied(number)) }) : null;
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
        boundaries.killAt(0, 0);
        if (worker) workers.kill(worker);
      },
      // Another build is what drains a daemon here.
      drain: async () => world.kill(0),
      reconnect: tabs.reconnect,
    } satisfies Partial<World>);
  }
  fillWorld(world, seed);
  if (regime.notices) world.notices = createNoticeCheck(world);
  if (regime.neighbour && !openStore) {
    const people = [
      { userId: SIM_USER, chatMark: '-1111-4111-8111-', tokenMark: 'token-' },
      { userId: NEIGHBOUR, chatMark: '-2222-4222-8222-', tokenMark: `${NEIGHBOUR}-` },
    ];
    world.users = createUsersCheck(people, profile, verdict, (ms, run) => void time.timers.after(ms, run));
    world.neighbour = createNeighbour({ time, locks, profile, check: world.users, settings: settingsOf({ ...regime, media: null }), latencyMs: regime.requestMs, openStore: openStoreOf, environment, otherToken: () => network.token(), otherServer: server, say });
  }
  return world;
}
