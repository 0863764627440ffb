/**
 * The IndexedDB store over fake-indexeddb, under the simulator's own task queue.
 *
 * Owns: that queue. fake-indexeddb runs each of its tasks through `globalThis.setImmediate`, read at every call, so that taking its place
 * makes the order of tasks the simulator's.
 */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openIndexedDbStore } from '../../worker/store/indexeddb-store.ts';
import type { Store } from '../../worker/store/store.ts';

const realImmediate = globalThis.setImmediate;
const turn = (): Promise<void> => new Promise((resolve) => realImmediate(resolve));

/** Opens a database that is empty, and tells how to let it come to rest. */
export async function openFakeIndexedDb(): Promise<{ readonly store: Store; readonly settle: () => Promise<void> }> {
  const tasks: (() => void)[] = [];
  globalThis.setImmediate = ((run: () => void) => void tasks.push(run)) as unknown as typeof setImmediate;
  const settle = async (): Promise<void> => {
    await turn();
    for (let task = tasks.shift(); task; task = tasks.shift()) {
      task();
      await turn();
    }
  };
  const opening = openIndexedDbStore({
    userId: 'agent',
    events: { onBlocking: () => undefined, onTerminated: () => undefined },
    clock: { now: () => 5_000 },
    timers: { after: () => () => undefined },
    indexedDB: new IDBFactory() as unknown as globalThis.IDBFactory,
  });
  let opened = false;
  opening.then(
    () => (opened = true),
    () => (opened = true),
  );
  while (!opened) await settle();
  return { store: await opening, settle };
}
