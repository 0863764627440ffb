/**
 * A second person who uses the same browser profile: her own account on the server, her tabs, and the real daemon's lives in a worker of hers.
 *
 * Owns: all of hers. Locks, time and the profile are everybody's. What must be true of the two is `check-users.ts`'s affair.
 */
import type { DaemonSettings } from '../../protocol/index.ts';
import type { SignOutReport } from '../../protocol/sign-out.ts';
import { createDaemon } from '../../worker/daemon.ts';
import type { Environment } from '../../worker/env.ts';
import { createLives, type Lives } from '../../worker/lives.ts';
import { createMedia, mediaSetup } from '../../worker/media/media-part.ts';
import { createMemoryStore } from '../../worker/store/memory-store.ts';
import type { Store } from '../../worker/store/store.ts';
import type { FakeLocks } from '../../worker/testing/fake-locks.ts';
import { createModelServer, type ModelServer } from '../../worker/testing/model-server.ts';
import { mortalBackend, mortalConnect, mortalEnvironment, mortalStore, type Life } from '../../worker/testing/mortal.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import { wipePlaces } from '../../worker/wipe-user.ts';
import { isOf, type UsersCheck } from './check-users.ts';
import { createNetwork } from './network.ts';
import { createPushWire } from './push-wire.ts';
import type { Profile } from './profile.ts';
import { createSimTab, type SimTab } from './sim-tab.ts';

/** Who she is. */
export const NEIGHBOUR = 'neighbour';
/** Her chat. */
export const NEIGHBOUR_CHAT = '99999999-2222-4222-8222-222222222222';

/** Something she wrote. */
export interface HerMessage {
  readonly id: string;
  readonly content: string;
  /** `accepted`: she was told that it is stored. `unknown`: nobody can say. */
  state: 'pressed' | 'accepted' | 'refused' | 'unknown';
}

/** See the head of the file. */
export interface Neighbour {
  readonly server: ModelServer;
  readonly tabs: readonly SimTab[];
  readonly messages: readonly HerMessage[];
  token(): string;
  /** Her next answers to the question for a token are somebody else's. */
  mistake(): void;
  openTab(): SimTab | null;
  closeTab(tab: SimTab, politely: boolean): void;
  send(tab: SimTab): HerMessage;
  /** Somebody writes to her. */
  hear(): void;
  /** At that tab; `then` runs when she is out. */
  signOut(tab: SimTab, wipe: boolean, then?: () => void): void;
  /** Her daemon dies without a word. */
  kill(noticedAfterMs: number): void;
  /** Nothing goes wrong any more, and she is there. */
  heal(): void;
}

/** What she is made with. */
export interface NeighbourSetup {
  readonly time: VirtualTime;
  readonly locks: FakeLocks;
  readonly profile: Profile;
  readonly check: UsersCheck;
  readonly settings: DaemonSettings;
  readonly latencyMs: number;
  /** A user's store, by the name that the daemon gives it. */
  openStore(userId: string, life: Life): Store;
  /** The platform of the other one's daemons. */
  environment(life: Life): Environment;
  /** Token and server of the other one. */
  otherToken(): string;
  readonly otherServer: ModelServer;
  say(text: string): void;
}

const TABS_AT_MOST = 2;

/** Creates her account with a chat in it; she is not there yet. */
export function createNeighbour(setup: NeighbourSetup): Neighbour {
  const { time, locks, profile, check, say } = setup;
  let ids = 0;
  const newId = (): string => `77777777-0000-4000-8000-${(++ids).toString(16).padStart(12, '0')}`;
  const server = createModelServer(NEIGHBOUR, newId);
  server.createChat(NEIGHBOUR_CHAT, 'Private');
  for (let i = 1; i <= 5; i++) server.append(NEIGHBOUR_CHAT, `private old ${i}`);
  let heard = 0;
  let mistakes = 0;
  const messages: HerMessage[] = [];
  const tabs: SimTab[] = [];
  let life: Life = { alive: false };
  let lives: Lives | null = null;

  const wire = createPushWire({
    server,
    time,
    latencyMs: () => setup.latencyMs,
    isUp: () => true,
    token: () => network.token(),
    onBoundary: () => undefined,
    onOldToken: () => undefined,
    strangerOf: (token) => (token === setup.otherToken() ? setup.otherServer : null),
  });
  const network = createNetwork({
    server,
    time,
    wire,
    requestMs: () => setup.latencyMs,
    answerMs: () => setup.latencyMs,
    tokenPrefix: NEIGHBOUR,
    onBoundary: () => undefined,
    onTokenRefused: () => undefined,
    refusals: () => 0,
    isClosed: () => false,
    onMedia: () => {
      throw new Error('she has no files');
    },
    onArrival: () => undefined,
    onOvertaken: () => undefined,
    onAnswer: () => undefined,
    onRequest: (request, token) => check.onRequest(NEIGHBOUR, request, token),
  });

  const wipe = (): Promise<readonly string[]> =>
    wipePlaces(
      NEIGHBOUR,
      {
        files: { remove: async () => undefined, holdsAny: async () => false },
        caches: { names: async () => [...profile.caches], remove: async (name) => check.onRemoved(NEIGHBOUR, name) },
        databases: { remove: async (name) => check.onRemoved(NEIGHBOUR, name), exists: async (name) => profile.exists(name) },
      },
      () => new Promise((resolve) => void time.timers.after(200, resolve)),
    );
  const start = (): Lives => {
    const own: Life = { alive: true };
    life = own;
    const env = mortalEnvironment(own, {
      ...setup.environment(own),
      openStore: async (userId) => mortalStore(own, { ...setup.openStore(userId, own), kind: 'indexeddb' }),
      openMemoryStore: async () => createMemoryStore(),
      openMedia: async (owner) => createMedia(mediaSetup(owner), null),
      estimateStorage: () => Promise.resolve(null),
      wipe,
    });
    return createLives((before) =>
      createDaemon({
        env,
        identity: { buildId: 'build', userId: NEIGHBOUR, generation: 0 },
        before,
        createBackend: (backendEnv) => {
          const backend = network.backendFor(backendEnv, 0, () => own.alive);
          const { openPush } = backend;
          return mortalBackend(own, {
            ...backend,
            ...(openPush ? { openPush: (events) => openPush({ ...events, onOpen: (named) => {
              check.onWelcome(NEIGHBOUR, named);
              events.onOpen(named);
            } }) } : {}),
          });
        },
      }),
    );
  };
  const connect = (tab: SimTab): void => {
    if (!life.alive) lives = start();
    tab.connect({ connect: mortalConnect(life, (lives as Lives).connect) });
  };
  const leave = (tab: SimTab, politely: boolean): void => {
    if (!tab.isAlive()) return;
    tabs.splice(tabs.indexOf(tab), 1);
    tab.leave(politely);
  };
  const again = (tab: SimTab, afterMs: number): void => {
    tab.down();
    time.timers.after(afterMs, () => tab.isAlive() && connect(tab));
  };

  const attempt = (tab: SimTab, message: HerMessage): void => {
    tab.call('send', { requestId: NEIGHBOUR_CHAT, clientTempId: message.id, content: message.content }).then(
      ({ durable }) => void (message.state = durable ? 'accepted' : 'unknown'),
      (thrown: unknown) => {
        const { code } = thrown as { code?: string };
        if (code !== 'DAEMON_LOST') message.state = message.state === 'pressed' ? 'refused' : message.state;
        else if (tab.isAlive()) tab.onceReady(() => attempt(tab, message));
        else message.state = 'unknown';
      },
    );
  };

  const neighbour: Neighbour = {
    server,
    tabs,
    messages,
    token: () => network.token(),
    mistake: () => void (mistakes += 1),
    openTab: () => {
      if (tabs.length >= TABS_AT_MOST) return null;
      const tab: SimTab = createSimTab({
        id: newId(),
        userId: NEIGHBOUR,
        locks,
        settings: setup.settings,
        token: () => (mistakes > 0 && mistakes-- > 0 ? setup.otherToken() : network.token()),
        tokenAnswer: () => ({ with: 'now', afterMs: 0 }),
        later: (ms, run) => void time.timers.after(ms, () => tab.isAlive() && run()),
        elapsedMs: time.elapsedMs,
        wallTime: time.clock.now,
        onBytes: () => undefined,
        onOpened: () => undefined,
        onText: (text) => check.onText(NEIGHBOUR, text),
        onWelcome: () => undefined,
        onRefused: ({ code }) => (code === 'SIGNED_OUT' ? leave(tab, true) : again(tab, 1_000)),
        onGoodbye: ({ reason }) => (reason === 'signed-out' ? leave(tab, true) : again(tab, 1)),
      });
      tabs.push(tab);
      connect(tab);
      tab.openChat(NEIGHBOUR_CHAT, 'newest');
      return tab;
    },
    closeTab: leave,
    send: (tab) => {
      const message: HerMessage = { id: newId(), content: `private text ${messages.length + 1}`, state: 'pressed' };
      messages.push(message);
      attempt(tab, message);
      return message;
    },
    hear: () => void server.append(NEIGHBOUR_CHAT, `private heard ${++heard}`),
    signOut: (tab, wipes, then) => {
      const others = tabs.filter((other) => other !== tab && other.isReady());
      (tab.call('signOut' as never, { wipe: wipes, confirmUnsent: wipes ? 1e6 : 0 } as never) as Promise<SignOutReport>).then(
        ({ signedOut, left }) => {
          say(`the neighbour is signed out: ${signedOut}, left ${left.join(', ')}`);
          if (!signedOut) return;
          // What was waiting when everything was removed is gone, and she was asked.
          if (wipes) for (const message of messages) if (message.state === 'pressed' || message.state === 'accepted') message.state = 'unknown';
          check.onSignedOut(NEIGHBOUR, left.length > 0 ? 'partly' : wipes ? 'wiped' : 'kept', others);
          leave(tab, true);
          then?.();
        },
        () => undefined,
      );
    },
    kill: (noticedAfterMs) => {
      if (!life.alive) return;
      say('the daemon of the neighbour dies');
      life.alive = false;
      wire.dropAll();
      for (const name of locks.heldNow()) if (isOf(NEIGHBOUR, name)) locks.kill(name);
      for (const tab of tabs) again(tab, noticedAfterMs);
    },
    heal: () => {
      mistakes = 0;
      if (tabs.length === 0) neighbour.openTab();
    },
  };
  return neighbour;
}
