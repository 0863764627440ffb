import { describe, expect, test, vi } from 'vitest';
import { createLocks } from './real-locks.ts';

/** A lock manager that holds to the specification, as far as its port goes: order, abort, steal, and what it refuses. */
function lockManager(): LockManager {
  interface Request {
    readonly shared: boolean;
    readonly run: () => void;
  }
  const holders = new Map<string, Set<{ readonly shared: boolean; readonly rob: () => void }>>();
  const queues = new Map<string, Request[]>();
  const pump = (name: string): void => {
    const held = holders.get(name) ?? new Set();
    holders.set(name, held);
    const queue = queues.get(name) ?? [];
    while (queue[0] && (held.size === 0 || (queue[0].shared && [...held].every(({ shared }) => shared)))) queue.shift()?.run();
  };
  const request = (name: string, options: LockOptions, callback: () => unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const abortError = new DOMException('aborted', 'AbortError');
      if (options.steal && options.signal) return reject(new DOMException('both', 'NotSupportedError'));
      if (options.signal?.aborted) return reject(abortError);
      const shared = options.mode === 'shared';
      const run = (): void => {
        const holder = { shared, rob: () => reject(abortError) };
        holders.get(name)?.add(holder);
        void Promise.resolve(callback()).then((value) => {
          if (holders.get(name)?.delete(holder)) pump(name);
          resolve(value);
        });
      };
      const entry = { shared, run };
      const queue = queues.get(name) ?? [];
      queues.set(name, queue);
      if (options.steal) {
        for (const robbed of holders.get(name) ?? []) robbed.rob();
        holders.set(name, new Set());
        return run();
      }
      queue.push(entry);
      options.signal?.addEventListener('abort', () => {
        const at = queue.indexOf(entry);
        if (at < 0) return;
        queue.splice(at, 1);
        reject(abortError);
      });
      pump(name);
    });
  const query = async (): Promise<LockManagerSnapshot> => ({
    held: [...holders].flatMap(([name, of]) => [...of].map(({ shared }): LockInfo => ({ name, mode: shared ? 'shared' : 'exclusive' }))),
  });
  return { request, query } as unknown as LockManager;
}

/** Has it settled by now? */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(
    () => (done = true),
    () => (done = true),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

describe('hold', () => {
  test('waits for the holder, holds until released, and is never lost by a release', async () => {
    const locks = createLocks(lockManager());
    const first = await locks.hold('a');
    const second = locks.hold('a');
    expect(await settled(second)).toBe(false);
    first.release();
    first.release();
    const held = await second;
    expect(await settled(first.lost)).toBe(false);
    expect(await settled(held.lost)).toBe(false);
    await expect(locks.hold('b')).resolves.toBeDefined();
  });

  test('an abort while it waits is CANCELLED, and later changes nothing', async () => {
    const locks = createLocks(lockManager());
    const first = await locks.hold('a');
    const given = new AbortController();
    const second = locks.hold('a', { signal: given.signal });
    given.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(locks.hold('b', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    first.release();
    const held = new AbortController();
    const third = await locks.hold('a', { signal: held.signal });
    held.abort();
    expect(await settled(third.lost)).toBe(false);
    expect(await settled(locks.hold('a'))).toBe(false);
  });

  test('stealing tells the one it is stolen from', async () => {
    const locks = createLocks(lockManager());
    const robbed = await locks.hold('a');
    const thief = await locks.hold('a', { steal: true, signal: new AbortController().signal });
    await expect(robbed.lost).resolves.toBeUndefined();
    robbed.release();
    expect(await settled(thief.lost)).toBe(false);
    expect(await settled(locks.hold('a'))).toBe(false);
    await expect(locks.hold('a', { steal: true, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test('granted in the moment of the abort, it is let go', async () => {
    const given = new AbortController();
    const end = vi.fn();
    const manager = {
      request: async (_name: string, _options: LockOptions, callback: () => unknown) => {
        given.abort();
        await callback();
        end();
      },
    } as unknown as LockManager;
    await expect(createLocks(manager).hold('a', { signal: given.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    await vi.waitFor(() => expect(end).toHaveBeenCalledTimes(1));
  });
});

describe('whenFree', () => {
  test('waits for the holder and keeps nobody out afterwards', async () => {
    const locks = createLocks(lockManager());
    const first = await locks.hold('a');
    const free = locks.whenFree('a', new AbortController().signal);
    expect(await settled(free)).toBe(false);
    first.release();
    await free;
    await expect(locks.hold('a')).resolves.toBeDefined();
  });

  test('an abort is CANCELLED', async () => {
    const locks = createLocks(lockManager());
    await locks.hold('a');
    const given = new AbortController();
    const free = locks.whenFree('a', given.signal);
    given.abort();
    await expect(free).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

test('without Web Locks, every request says so', async () => {
  const locks = createLocks(undefined);
  await expect(locks.hold('a')).rejects.toMatchObject({ code: 'HOST_UNAVAILABLE' });
  await expect(locks.whenFree('a', new AbortController().signal)).rejects.toMatchObject({ code: 'HOST_UNAVAILABLE' });
});

test('#87 held: whoever had only waited for a lock, and is frozen since, proves no life', async () => {
  const manager = lockManager();
  const locks = createLocks(manager);
  const first = await locks.hold('a');
  // A frozen tab is given the lock and cannot let it go.
  void manager.request('a', { mode: 'shared' }, () => new Promise(() => undefined));
  await locks.hold('b');
  expect(await locks.held()).toEqual(['a', 'b']);
  first.release();
  await vi.waitFor(async () => expect(await locks.held()).toEqual(['b']));
});
