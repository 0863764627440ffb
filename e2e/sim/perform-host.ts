/** Actions about daemons and their storage: builds, threads that hang, databases that are cut off, and people who sign out. */
import type { ActionKind } from './action.ts';
import { choose, tabName, tabOf } from './choose.ts';
import { BUILDS } from './host-workers.ts';
import type { OpenTrouble } from './host-disk.ts';
import type { Perform } from './perform.ts';
import type { SimHost } from './host.ts';
import type { World } from './world.ts';

/** Only in worlds that have a host part. */
const hosted =
  (run: (world: World, host: SimHost, numbers: { readonly a: number; readonly b: number; readonly c: number }) => ReturnType<Perform>): Perform =>
  (world, action) =>
    world.host ? run(world, world.host, action) : null;

const TROUBLES: readonly OpenTrouble[] = ['hangs', 'refused', 'full', 'unknown'];

/** See the head of the file. */
export const hostActions = {
  deploy: hosted((_world, host, { a, b }) => {
    host.deployed = b % 4 === 0 ? a % BUILDS.length : Math.min(BUILDS.length - 1, host.deployed + 1);
    return `build ${BUILDS[host.deployed]} is deployed`;
  }),
  reload: hosted((world, _host, { a }) => {
    const tab = tabOf(world, a);
    if (!tab) return null;
    const text = `${tabName(world, tab)} is loaded anew`;
    world.removeTab(tab, true);
    world.openTab();
    return text;
  }),
  hang: hosted((world, host) => {
    const worker = host.workers.presentWorker();
    // What a hung thread has sent may arrive when others have looked for it already: only a server that knows an id again bears that.
    if (!worker || worker.life.asleep || !world.regime.idempotent) return null;
    host.workers.hang(worker);
    return `the worker of daemon ${worker.number} hangs`;
  }),
  wake: hosted((_world, host, { a }) => {
    const worker = choose(host.workers.all().filter(({ life }) => life.asleep), a);
    if (!worker) return null;
    host.workers.wake(worker);
    return `the worker of daemon ${worker.number} wakes`;
  }),
  cachePage: hosted((world, host, { a }) => {
    const tab = tabOf(world, a);
    if (!tab) return null;
    host.tabs.hide(tab);
    return `${tabName(world, tab)} goes into the back/forward cache`;
  }),
  troubleOpen: hosted((world, host, { a, b }) => {
    const drawn = choose(TROUBLES, a) as OpenTrouble;
    // Where nothing can be stored, nothing was.
    const kind = drawn === 'refused' && world.mirror.queue.size > 0 ? 'unknown' : drawn;
    const ms = b % 40_000;
    host.check.unwell(ms);
    host.workers.disk.trouble = { kind, untilAt: world.time.clock.now() + ms };
    return `opening the database ${kind === 'hangs' ? kind : `is answered with ${kind}`} for ${ms} ms`;
  }),
  cutStorage: hosted((_world, host) => {
    host.check.excuse(2);
    host.workers.disk.cut();
    return 'the connection to the database is cut';
  }),
  eraseStorage: hosted((_world, host) => {
    host.check.excuse(2);
    host.workers.disk.erase();
    return 'the database is deleted underneath';
  }),
  fullDisk: hosted((world, host, { a }) => {
    host.check.unwell(10_000);
    host.workers.disk.fullUntilAt = world.time.clock.now() + (a % 10_000);
    return `the disk is full for ${a % 10_000} ms`;
  }),
  hangStorage: hosted((world, host, { a }) => {
    host.check.unwell(20_000);
    host.workers.disk.hangUntilAt = world.time.clock.now() + (a % 6_000);
    return `transactions hang for ${a % 6_000} ms`;
  }),
  signOut: hosted((world, host, { a, b }) => {
    const tab = tabOf(world, a);
    if (!tab) return null;
    host.signOut(tab, b % 3 === 0);
    return `${tabName(world, tab)} signs out${b % 3 === 0 ? ', and wipes' : ''}`;
  }),
} satisfies Partial<Record<ActionKind, Perform>>;
