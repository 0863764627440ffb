/**
 * The daemon of a world without builds: one life after the other over one store, and tabs that find the present one at once.
 *
 * Owns: its lives, which tab is with which, and how each ends. `host.ts` stands in for it where there are several workers.
 */
import type { Backend } from '../../protocol/index.ts';
import type { BackendEnvironment } from '../../worker/backend/backend-environment.ts';
import { createDaemon, type Daemon } from '../../worker/daemon.ts';
import type { Environment } from '../../worker/env.ts';
import type { FakeLocks } from '../../worker/testing/fake-locks.ts';
import { mortalBackend, mortalConnect, mortalEnvironment, type Life } from '../../worker/testing/mortal.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import { isOf } from './check-users.ts';
import type { SimTab } from './sim-tab.ts';

/** What it is made with. */
export interface OneWorkerSetup {
  readonly time: VirtualTime;
  readonly locks: FakeLocks;
  readonly userId: string;
  tabs(): readonly SimTab[];
  environment(life: Life): Environment;
  backendFor(env: BackendEnvironment, life: number, isAlive: () => boolean): Backend;
  say(text: string): void;
  /** What it was doing comes to nothing. */
  onEnded(): void;
}

/** The daemon's lives. */
export interface OneWorker {
  /** A tab finds the daemon, or makes it. */
  connect(tab: SimTab): void;
  forget(tab: SimTab): void;
  /** The daemon told its tabs that it stops. */
  onGoodbye(): void;
  /** Number of the present life. */
  life(): number;
  lifeOf(tab: SimTab): number;
  lives(): boolean;
  /** Does the present life run on memory? */
  isDegraded(): boolean;
  /** Storage refused it. */
  onMemory(): void;
  /** It dies without a word; tabs notice after that time. */
  kill(noticedAfterMs: number): void;
  /** It is asked to stop, and another takes its place. */
  drain(): Promise<void>;
  /** Tabs whose daemon is gone find the present one, or make it. */
  reconnect(): void;
}

/** Creates it; the first life begins with the first tab. */
export function createOneWorker({ time, locks, userId, tabs, environment, backendFor, say, onEnded }: OneWorkerSetup): OneWorker {
  const connectedTo = new Map<SimTab, number>();
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
      env: mortalEnvironment(own, environment(own)),
      identity: { buildId: 'build', userId, generation: 0 },
      createBackend: (backendEnv) => mortalBackend(own, backendFor(backendEnv, number, () => own.alive)),
    });
    return { ...made, connect: mortalConnect(own, made.connect) };
  };
  const connect = (tab: SimTab): void => {
    daemon ??= start();
    connectedTo.set(tab, lives);
    tab.connect(daemon);
  };
  const reconnect = (): void => {
    for (const tab of tabs()) {
      if (tab.isFrozen() || connectedTo.get(tab) === lives) continue;
      tab.down();
      connect(tab);
    }
  };
  const ended = (): void => {
    life.alive = false;
    daemon = null;
    onEnded();
    for (const name of locks.heldNow()) if (isOf(userId, name)) locks.kill(name);
    // No tab is connected to this life, so whoever looks will find its own daemon gone.
    lives += 1;
  };

  return {
    connect,
    forget: (tab) => void connectedTo.delete(tab),
    onGoodbye: () => {
      if (!life.alive) return;
      say('goodbye');
      ended();
      time.timers.after(1, reconnect);
    },
    life: () => lives,
    lifeOf: (tab) => connectedTo.get(tab) ?? 0,
    lives: () => life.alive,
    isDegraded: () => degraded === lives,
    onMemory: () => void (degraded = lives),
    kill: (noticedAfterMs) => {
      if (!life.alive) return;
      say(`daemon ${lives} dies`);
      ended();
      time.timers.after(noticedAfterMs, reconnect);
    },
    drain: async () => {
      const old = daemon;
      if (!old || !life.alive) return;
      say(`daemon ${lives} is drained`);
      await old.close();
      if (daemon !== old) return;
      ended();
      reconnect();
    },
    reconnect,
  };
}
