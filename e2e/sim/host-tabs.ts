/**
 * Which daemon a simulated tab is with, as the client decides it: by the leases that are held, with the client's own choice.
 *
 * Owns: finding one, the next one when that is gone, hangs or says goodbye, and the pauses between. A simplified `client/connection.ts`:
 * sessions are the tab's own (`sim-tab.ts`).
 */
import type { GoodbyeFrame, Welcome } from '../../protocol/index.ts';
import type { TabcachedError } from '../../protocol/errors.ts';
import { pauseMs } from '../../client/backoff.ts';
import { compareTargets, findDaemon, type DaemonTarget } from '../../client/find-daemon.ts';
import { parseDaemonLease } from '../../protocol/names.ts';
import type { FakeLocks } from '../../worker/testing/fake-locks.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import type { HostWorkers, SimWorker } from './host-workers.ts';
import type { SimTab } from './sim-tab.ts';

/** What is needed to connect tabs. */
export interface HostTabsSetup {
  readonly time: VirtualTime;
  readonly locks: FakeLocks;
  readonly workers: HostWorkers;
  readonly userId: string;
  random(): number;
  /** The daemon told a tab that its user has signed out: the tab is over. */
  onSignedOut(tab: SimTab): void;
}

/** The tabs' connections. */
export interface HostTabs {
  /** A tab of that build begins. */
  connect(tab: SimTab, buildId: string): void;
  /** Tabs that were away look again. */
  reconnect(): void;
  /** Its page went into the cache. */
  hide(tab: SimTab): void;
  forget(tab: SimTab): void;
  /** Number of the daemon that a tab is with. */
  lifeOf(tab: SimTab): number;
  workerOf(tab: SimTab): SimWorker | undefined;
  onWelcome(tab: SimTab, welcome: Welcome): void;
  onRefused(tab: SimTab, error: TabcachedError): void;
  onGoodbye(tab: SimTab, frame: GoodbyeFrame): void;
}

interface Link {
  readonly tab: SimTab;
  preferred: DaemonTarget;
  readonly hung: Set<string>;
  worker: SimWorker | null;
  life: number;
  failures: number;
  /** Counts attempts: what belongs to an earlier one is worth nothing. */
  attempt: number;
  /** It heard that it has to look again while it was frozen. */
  stale: boolean;
  watch: AbortController;
}

/** A daemon that answers nothing for this long hangs: a deadline, and two pings missed. */
const HUNG_MS = 9_000;

/** No tab is connected. */
export function createHostTabs({ time, locks, workers, userId, random, onSignedOut }: HostTabsSetup): HostTabs {
  const links = new Map<SimTab, Link>();

  const isGone = (link: Link): boolean => links.get(link.tab) !== link;

  const drop = (link: Link): void => {
    link.attempt += 1;
    link.watch.abort();
    link.watch = new AbortController();
    link.worker = null;
    link.life = 0;
    link.tab.down();
  };
  /** Looks for a daemon, after a pause when it failed before. */
  const again = (link: Link): void => {
    drop(link);
    if (link.tab.isFrozen()) return void (link.stale = true);
    const mine = link.attempt;
    const ms = link.failures === 0 ? 0 : pauseMs(link.failures, random);
    time.timers.after(ms, () => mine === link.attempt && !isGone(link) && void seek(link));
  };

  const find = (link: Link): Promise<DaemonTarget> => findDaemon(locks, userId, link.preferred, link.hung);

  const leaveBehind = (link: Link): void => {
    const { worker } = link;
    if (!worker) return;
    const { buildId, generation } = worker.identity;
    link.preferred = { buildId, generation: generation + 1, url: null, lease: null };
    for (const name of locks.heldNow()) {
      const lease = parseDaemonLease(name);
      if (lease?.userId === userId && lease.buildId === buildId && lease.generation === generation) link.hung.add(name);
    }
    link.failures = 0;
    again(link);
  };
  /** Asks now and then, as a visible page does. */
  const suspect = (link: Link, mine: number): void => {
    time.timers.after(HUNG_MS / 3, () => {
      if (mine !== link.attempt || isGone(link) || !link.worker) return;
      const hangs = link.worker.life.asleep !== null && time.clock.now() - link.worker.asleepAt >= HUNG_MS;
      if (hangs && !link.tab.isFrozen()) leaveBehind(link);
      else suspect(link, mine);
    });
  };

  const seek = async (link: Link): Promise<void> => {
    const mine = link.attempt;
    const target = await find(link);
    if (mine !== link.attempt || isGone(link)) return;
    if (link.tab.isFrozen()) return void (link.stale = true);
    const { buildId, generation } = target;
    const worker = workers.get({ buildId, userId, generation });
    link.worker = worker;
    link.tab.connect(worker);
    link.life = worker.number;
    suspect(link, mine);
    // A worker that ended over the hello never answers; a page sees its lease go.
    const looking = (): void =>
      void time.timers.after(1_000, () => {
        if (mine !== link.attempt || isGone(link) || link.tab.isReady()) return;
        if (worker.life.alive) return looking();
        again(link);
      });
    looking();
  };

  return {
    connect: (tab, buildId) => {
      const link: Link = { tab, preferred: { buildId, generation: 0, url: null, lease: null }, hung: new Set(), worker: null, life: 0, failures: 0, attempt: 0, stale: false, watch: new AbortController() };
      links.set(tab, link);
      void seek(link);
    },
    reconnect: () => {
      for (const link of [...links.values()]) {
        if (!link.stale || link.tab.isFrozen()) continue;
        link.stale = false;
        link.failures = 0;
        again(link);
      }
    },
    hide: (tab) => {
      const link = links.get(tab);
      if (!link) return;
      tab.hide();
      again(link);
    },
    forget: (tab) => {
      links.get(tab)?.watch.abort();
      links.delete(tab);
    },
    lifeOf: (tab) => links.get(tab)?.life ?? 0,
    workerOf: (tab) => links.get(tab)?.worker ?? undefined,
    onWelcome: (tab, { lease, buildId }) => {
      const link = links.get(tab);
      if (!link?.worker) return;
      const mine = link.attempt;
      link.life = link.worker.number;
      const { generation } = link.worker.identity;
      const joined: DaemonTarget = { buildId, generation, url: null, lease };
      link.preferred = { ...joined, generation: 0, lease: null };
      locks.whenFree(lease, link.watch.signal).then(
        () => {
          if (mine !== link.attempt || isGone(link)) return;
          link.failures = 0;
          again(link);
        },
        () => undefined,
      );
      void find(link).then((best) => {
        if (mine === link.attempt && !isGone(link) && best.lease && compareTargets(best, joined) > 0) again(link);
      });
    },
    onRefused: (tab, error) => {
      const link = links.get(tab);
      if (!link) return;
      if (error.code === 'SIGNED_OUT') return onSignedOut(tab);
      link.failures += 1;
      again(link);
    },
    onGoodbye: (tab, frame) => {
      const link = links.get(tab);
      if (!link) return;
      if (frame.reason === 'signed-out') return onSignedOut(tab);
      link.failures += 1;
      again(link);
    },
  };
}
