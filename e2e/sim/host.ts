/**
 * The host part of a simulated world: workers of several builds over one database, and tabs that find them as the client does.
 *
 * Owns: putting these together, which build a page is loaded with, and what a database that is emptied means for messages that were accepted.
 */
import { PROVISIONAL_BASE, type CallName } from '../../protocol/index.ts';
import { parseDaemonLease } from '../../protocol/names.ts';
import type { SignOutReport } from '../../protocol/sign-out.ts';
import type { Environment } from '../../worker/env.ts';
import type { FakeLocks } from '../../worker/testing/fake-locks.ts';
import { createHostCheck, type HostCheck } from './check-host.ts';
import type { Emptied } from './host-disk.ts';
import type { WorkerLife } from './host-life.ts';
import { createHostTabs, type HostTabs } from './host-tabs.ts';
import { BUILDS, createHostWorkers, type HostWorkers } from './host-workers.ts';
import type { Sent } from './sent-messages.ts';
import type { SimTab, SimTabSetup } from './sim-tab.ts';
import type { World } from './world.ts';

/** The host part. */
export interface SimHost {
  readonly workers: HostWorkers;
  readonly tabs: HostTabs;
  readonly check: HostCheck;
  /** Number of the build that pages are loaded with. */
  deployed: number;
  /** What a tab of the build of now is made with, beside the usual. */
  tabSetup(tab: () => SimTab): Pick<SimTabSetup, 'buildId' | 'onOpened' | 'onWelcome' | 'onRefused' | 'onGoodbye'>;
  connect(tab: SimTab): void;
  /** Leases of daemons that are held. */
  leases(): readonly string[];
  /** The person at that tab signs out; `then` runs when that is done. */
  signOut(tab: SimTab, wipe: boolean, then?: () => void): void;
  onRequest(life: number, kind: string, id: string): void;
  /** A person was told that it is kept in memory alone. */
  onMemoryOnly(sent: Sent): void;
  /** Messages of which people were told so, and whose daemons have handed everything on since. */
  memoryOnly(): Iterable<Sent>;
  /** A person was told that a message is discarded or changed. */
  onDecided(sent: Sent, before: string): void;
}

/** What it is made with. */
export interface HostSetup {
  readonly world: () => World;
  readonly userId: string;
  readonly locks: FakeLocks;
  readonly environment: (life: WorkerLife) => Environment;
  /** A daemon of that number is over. */
  onEnded(number: number): void;
}

/** Creates it, with nothing running. */
export function createHost({ world: worldOf, userId, locks, environment, onEnded }: HostSetup): SimHost {
  const world = worldOf();
  const { time, verdict, random, log } = world;
  const say = (text: string): void => log.add(`${time.clock.now()} ${text}`);
  const check = createHostCheck(verdict, time.elapsedMs);
  /** Messages that a daemon alone has, because its database was deleted underneath. */
  const fragile = new Set<string>();
  /** Messages that a daemon on memory has. */
  const volatile = new Set<Sent>();
  /** Those that go with the daemon whose user signs out, whether or not the tab is still there to hear of it. */
  const leaving = new Set<Sent>();
  /** Messages that a person discarded or changed while only memory was there to note it, with the text before. */
  const decided = new Map<string, string>();

  /** It is gone with the database, and nobody can be blamed; what was on its way may arrive all the same. */
  const lose = (sent: Sent): void => {
    sent.discarding = true;
    sent.state = 'unknown';
  };
  /** The daemon whose user signed out last: it has forgotten what it had in memory. */
  let ended: number | null = null;
  const onEmptied = (why: Emptied): void => {
    say(`the database is ${why}`);
    const worker = workers.presentWorker();
    const isHeld = why === 'rebuilt' || (worker && workers.present() !== ended && !worker.life.asleep && !workers.isDegraded() && world.tabs.some((tab) => tab.isReady() && tabs.workerOf(tab) === worker));
    for (const sent of world.sent.all.values()) {
      if (sent.stored === null || sent.everOnServer || !world.mirror.queue.has(sent.id)) continue;
      if (why === 'wiped' || !isHeld) lose(sent);
      else {
        sent.exposed = true;
        if (why === 'erased') fragile.add(sent.id);
      }
    }
    world.mirror.forget();
  };
  const onWorkerGone = (): void => {
    for (const id of fragile) {
      const sent = world.sent.all.get(id);
      if (sent?.exposed) lose(sent);
    }
    fragile.clear();
    volatile.clear();
    // What was decided on memory alone went with it: whether it holds nobody knows.
    for (const [id, before] of decided) {
      const sent = world.sent.all.get(id);
      if (sent?.discarded) Object.assign(sent, { discarded: false, discarding: true });
      else if (sent) sent.former = before;
    }
    decided.clear();
  };
  const leases = (): string[] => locks.heldNow().filter((name) => parseDaemonLease(name)?.userId === userId);
  const workers = createHostWorkers({
    time,
    leases,
    durable: () => world.durable,
    check,
    userId,
    environment,
    onRemoved: (name) => world.users?.onRemoved(userId, name),
    caches: () => [...world.profile.caches],
    onWelcome: (named) => world.users?.onWelcome(userId, named),
    backendFor: world.network.backendFor,
    say,
    onEnded,
    onEmptied,
    onWorkerGone,
    onWoken: (asleepAt) => {
      for (const sent of world.sent.all.values()) if (sent.decidedAt !== null && sent.decidedAt >= asleepAt) sent.decidedAt = time.clock.now();
    },
  });
  const leave = (tab: SimTab): void => {
    if (tab.isAlive()) world.removeTab(tab, false);
  };
  const tabs = createHostTabs({ time, locks, workers, userId, random: () => random.next(), onSignedOut: leave });

  const host: SimHost = {
    workers,
    tabs,
    check,
    deployed: 0,
    tabSetup: (tab) => ({
      buildId: BUILDS[host.deployed] as string,
      onOpened: (chat) => {
        // What waits may have been written since, by whoever is there.
        if (chat.core()?.rows.some((row) => row.sequenceNumber < PROVISIONAL_BASE)) check.onShown();
        world.onOpened(tab(), chat.requestId);
      },
      onWelcome: (welcome) => tabs.onWelcome(tab(), welcome),
      onRefused: (error) => tabs.onRefused(tab(), error),
      onGoodbye: (frame) => tabs.onGoodbye(tab(), frame),
    }),
    connect: (tab) => tabs.connect(tab, BUILDS[host.deployed] as string),
    leases,
    onMemoryOnly: (sent) => {
      if (workers.isDegraded()) volatile.add(sent);
    },
    memoryOnly: () => new Set([...volatile].filter((sent) => !leaving.has(sent))),
    onDecided: (sent, before) => {
      if (workers.isDegraded()) decided.set(sent.id, before);
    },
    signOut: (tab, wipe, then) => {
      for (const sent of volatile) leaving.add(sent);
      const others = world.tabs.filter((other) => other !== tab && other.isReady() && !other.isFrozen());
      const call = tab.call as (name: CallName, input: unknown) => Promise<unknown>;
      (call('signOut' as CallName, { wipe, confirmUnsent: wipe ? 1e6 : 0 }) as Promise<SignOutReport>).then(
        ({ signedOut, left }) => {
          say(`signed out: ${signedOut}, left ${left.join(', ')}`);
          if (!signedOut) return leaving.clear();
          ended = workers.present();
          volatile.clear();
          if (wipe && left.length === 0 && workers.disk.exists()) verdict.broken('T-4', 'everything was said to be removed, and the database is there');
          if (left.length === 0) check.onSignedOut();
          world.users?.onSignedOut(userId, left.length > 0 ? 'partly' : wipe ? 'wiped' : 'kept', others);
          leave(tab);
          then?.();
        },
        () => undefined,
      );
    },
    onRequest: (life, kind, id) => {
      check.onRequest(life, kind);
      const sent = world.sent.all.get(id);
      // What is sent from memory alone was promised to nobody.
      if (sent?.state === 'pressed' && workers.isOnMemory(life)) sent.state = 'unknown';
    },
  };
  return host;
}
