/**
 * The workers of a simulated browser: one for each build and generation that a tab asked for, each with the real daemon's lives in it.
 *
 * Owns: starting them, ending them (killed, hung, stopped by themselves), which daemon's number stands for which life, and the database
 * that all of them share. Does not know tabs (`host-tabs.ts`) nor what is right (`check-host.ts`).
 */
import type { Backend } from '../../protocol/index.ts';
import type { WorkerIdentity } from '../../protocol/names.ts';
import type { Connect } from '../../worker/connection.ts';
import { createDaemon, type Daemon } from '../../worker/daemon.ts';
import type { Environment } from '../../worker/env.ts';
import { createLives } from '../../worker/lives.ts';
import { createMemoryStore } from '../../worker/store/memory-store.ts';
import { mortalBackend, mortalConnect, mortalEnvironment } from '../../worker/testing/mortal.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import { wipePlaces } from '../../worker/wipe-user.ts';
import { databaseName, parseDaemonLease } from '../../protocol/names.ts';
import type { BackendEnvironment } from '../../worker/backend/backend-environment.ts';
import { createHostDisk, type Emptied, type HostDisk, type Opener } from './host-disk.ts';
import { createWorkerLife, heardAwake, sleepyBackend, sleepyConnect, sleepyEnvironment, wakeUp, type WorkerLife } from './host-life.ts';
import type { DurableStore } from './durable-store.ts';
import type { HostCheck } from './check-host.ts';

/** Builds that can be deployed, the oldest first. The number in front is the version of their database. */
export const BUILDS = ['3.1.a', '3.2.b', '3.3.c', '4.4.d', '4.5.e'] as const;

/** A worker. */
export interface SimWorker {
  readonly identity: WorkerIdentity;
  readonly life: WorkerLife;
  readonly connect: Connect;
  /** Number of the daemon that runs in it. */
  number: number;
  /** Since when it hangs, and when it woke. */
  asleepAt: number;
  wokenAt: number;
  /** It hung, and another has taken its place meanwhile. */
  leftBehind: boolean;
}

/** What workers are made with. */
export interface WorkersSetup {
  readonly time: VirtualTime;
  readonly durable: () => DurableStore;
  readonly check: HostCheck;
  readonly userId: string;
  /** Leases of daemons that are held. */
  leases(): readonly string[];
  /** A platform without storage. */
  environment(life: WorkerLife): Environment;
  backendFor(env: BackendEnvironment, number: number, isAlive: () => boolean): Backend;
  say(text: string): void;
  /** Caches of the profile; one of them, or a database, is being removed. */
  caches(): readonly string[];
  onRemoved(name: string): void;
  /** The server has named the user of its token to a daemon. */
  onWelcome(named: string): void;
  /** No daemon of that number does anything any more, or what it still does is not its own affair. */
  onEnded(number: number): void;
  onEmptied(why: Emptied): void;
  /** A worker is gone, or another one writes, and with it what it had in memory. */
  onWorkerGone(): void;
  /** One that hung since then, in Unix milliseconds, hears now what tabs said meanwhile. */
  onWoken(asleepAt: number): void;
}

/** The workers. */
export interface HostWorkers {
  readonly disk: HostDisk;
  all(): readonly SimWorker[];
  /** The worker of that name; started when there is none. */
  get(identity: WorkerIdentity): SimWorker;
  /** Number of the daemon that took the right to write last. */
  present(): number;
  /** The worker in which {@link HostWorkers.present} runs, while it does. */
  presentWorker(): SimWorker | undefined;
  isDegraded(): boolean;
  /** Does the present worker hang, or its storage? */
  isUnwell(): boolean;
  /** Does that daemon run on memory? */
  isOnMemory(number: number): boolean;
  /** Does that daemon run, and is it the one that counts? */
  isPresent(number: number): boolean;
  kill(worker: SimWorker): void;
  hang(worker: SimWorker): void;
  wake(worker: SimWorker): void;
}

/** How long the worker of a daemon that stopped stays (`serve.ts`). */
const STOPPED_MS = 50;
/** Who has been awake for so long has heard everything that waited. */
const AWAKE_MS = 60_000;

/** Nothing runs yet. */
export function createHostWorkers(setup: WorkersSetup): HostWorkers {
  const { time, check, userId, say } = setup;
  const workers = new Map<string, SimWorker>();
  const numbers = new Map<number, SimWorker>();
  const startedAt = new Map<number, number>();
  const degraded = new Set<number>();
  let daemons = 0;
  let present = 0;

  const disk = createHostDisk({
    time,
    durable: setup.durable,
    onOpen: (opener) => check.onOpen(opener.number, numbers.get(opener.number)),
    onClaimed: (opener, generation) => {
      say(`daemon ${opener.number} writes as ${generation}`);
      check.onClaimed(opener.number, generation);
      handsOver(opener.number);
      takes(opener.number);
    },
    onWrote: (opener, generation) => check.onWrote(opener.number, generation),
    onEmptied: (why) => {
      check.onEmptied();
      setup.onEmptied(why);
    },
  });
  const hasDaemon = ({ identity }: SimWorker): boolean =>
    setup.leases().some((lease) => {
      const daemon = parseDaemonLease(lease);
      return daemon?.buildId === identity.buildId && daemon.generation === identity.generation;
    });
  const handsOver = (number: number): void => {
    const [before, next] = [numbers.get(present), numbers.get(number)];
    const durable = setup.durable();
    if (Math.max(durable.failReadsUntilAt, durable.failWritesUntilAt) > time.clock.now()) check.unwell(0);
    if (!before || before === next || !before.life.alive) return;
    // Its user may have signed out since, or its storage was cut off: it has ended, its worker lives on without a daemon, and nobody has to give way.
    if (!hasDaemon(before)) return;
    if (number < present && !before.life.asleep) check.onTakenBack(number, present);
    // One that hung until a moment ago, or that hangs, was left behind.
    if (before.life.asleep || before.wokenAt > time.elapsedMs() - AWAKE_MS) return;
    check.onHandOver(number, time.elapsedMs() - (startedAt.get(number) ?? 0));
  };
  const takes = (number: number): void => {
    if (number === present) return;
    const before = numbers.get(present);
    const next = numbers.get(number);
    if (before && before !== next) {
      if (before.life.asleep) before.leftBehind = true;
      setup.onWorkerGone();
    }
    if (present > 0) setup.onEnded(present);
    present = number;
  };

  const ends = (worker: SimWorker): void => {
    worker.life.alive = false;
    for (const held of worker.life.held) held.release();
    disk.forget(worker.life);
    const key = keyOf(worker.identity);
    if (workers.get(key) === worker) workers.delete(key);
    for (const [number, owner] of numbers) if (owner === worker) setup.onEnded(number);
    if (numbers.get(present) === worker) setup.onWorkerGone();
  };

  const environmentOf = (worker: SimWorker, number: number): Environment => {
    const { life, identity } = worker;
    const env = setup.environment(life);
    const version = Number.parseInt(identity.buildId, 10);
    // By the leases, as `real-store.ts`: in a worker that lives there may be no daemon any more.
    const isAlone = (): boolean => setup.leases().length <= 1;
    const opener: Opener = { life, number, version, isAlone };
    const removal = (): ReturnType<Environment['wipe']> =>
      wipePlaces(
        userId,
        {
          files: { remove: async () => undefined, holdsAny: async () => false },
          caches: { names: async () => setup.caches(), remove: async (name) => setup.onRemoved(name) },
          databases: {
            remove: async (name) => {
              setup.onRemoved(name);
              if (name === databaseName(userId)) await disk.remove();
            },
            exists: async (name) => name === databaseName(userId) && disk.exists(),
          },
        },
        () => new Promise((resolve) => void time.timers.after(200, resolve)),
      );
    const sleepy = sleepyEnvironment(life, {
      ...env,
      openStore: (_user, events) => disk.open(opener, events),
      openMemoryStore: async () => {
        const memory = createMemoryStore();
        return {
          ...memory,
          claimWriter: (buildId, now) => {
            degraded.add(number);
            say(`daemon ${number} runs on memory`);
            // One that gave way while it waited for storage comes here too, and does nothing then.
            if (number > present) takes(number);
            return memory.claimWriter(buildId, now);
          },
        };
      },
      wipe: () => heardAwake(life, removal()),
    });
    return mortalEnvironment(life, sleepy);
  };

  const start = (identity: WorkerIdentity): SimWorker => {
    const life = createWorkerLife();
    const startDaemon = (before: Parameters<Parameters<typeof createLives>[0]>[0]): Daemon => {
      const number = ++daemons;
      worker.number = number;
      numbers.set(number, worker);
      startedAt.set(number, time.elapsedMs());
      say(`daemon ${number} starts, build ${identity.buildId}, generation ${identity.generation}`);
      return createDaemon({
        env: environmentOf(worker, number),
        identity,
        url: `https://desk.test/${identity.buildId}.js`,
        before,
        createBackend: (env) => mortalBackend(life, sleepyBackend(life, setup.backendFor(env, number, () => life.alive && !life.asleep), (named) => {
          if (named === userId) check.onWelcome(number);
          setup.onWelcome(named);
        })),
        onStopped: () => void time.timers.after(STOPPED_MS, () => life.alive && ends(worker)),
      });
    };
    const worker: SimWorker = { identity, life, number: 0, asleepAt: 0, wokenAt: Number.NEGATIVE_INFINITY, leftBehind: false, connect: (post) => connect(post) };
    const lives = createLives(startDaemon);
    const connect = sleepyConnect(life, mortalConnect(life, lives.connect));
    return worker;
  };

  return {
    disk,
    all: () => [...workers.values()],
    get: (identity) => {
      const key = keyOf(identity);
      const found = workers.get(key);
      if (found) return found;
      const worker = start(identity);
      workers.set(key, worker);
      return worker;
    },
    present: () => present,
    presentWorker: () => {
      const worker = numbers.get(present);
      return worker?.life.alive ? worker : undefined;
    },
    isDegraded: () => degraded.has(present),
    isUnwell: () => numbers.get(present)?.life.asleep?.length !== undefined || time.clock.now() < Math.max(disk.fullUntilAt, disk.hangUntilAt, disk.awaitedUntilAt()),
    isOnMemory: (number) => degraded.has(number),
    isPresent: (number) => number === present && numbers.get(number)?.life.alive === true,
    kill: (worker) => {
      if (!worker.life.alive) return;
      say(`the worker of daemon ${worker.number} dies`);
      ends(worker);
    },
    hang: (worker) => {
      worker.life.asleep ??= [];
      worker.asleepAt = time.clock.now();
    },
    wake: (worker) => {
      check.onWoken(worker.number);
      worker.wokenAt = time.elapsedMs();
      setup.onWoken(worker.asleepAt);
      wakeUp(worker.life, time.timers);
    },
  };
}

const keyOf = ({ buildId, generation }: WorkerIdentity): string => `${buildId} ${generation}`;
