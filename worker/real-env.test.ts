import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { realEnvironment, type Scope } from './real-env.ts';

/** A WebSocket that a test drives. */
class FakeWebSocket {
  static readonly opened: FakeWebSocket[] = [];
  readonly OPEN = 1;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: string[] = [];
  constructor(readonly url: string) {
    FakeWebSocket.opened.push(this);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.readyState = 3;
  }
}

/** A scope that has what this process has, and what `changed` says. */
const scopeWith = (changed: object = {}): Scope =>
  ({
    navigator: {},
    crypto,
    indexedDB,
    console,
    WebSocket: FakeWebSocket,
    fetch: vi.fn(),
    setTimeout: (run: () => void, ms: number) => setTimeout(run, ms),
    clearTimeout: (timer: number) => clearTimeout(timer),
    ...changed,
  }) as unknown as Scope;

const events = { onBlocking: () => undefined, onTerminated: () => undefined };

describe('timers', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('run once, unless undone', () => {
    const { timers } = realEnvironment(scopeWith());
    const ran = vi.fn();
    timers.after(10, ran);
    const undo = timers.after(10, ran);
    undo();
    undo();
    vi.advanceTimersByTime(9);
    expect(ran).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100);
    expect(ran).toHaveBeenCalledTimes(1);
  });

  test('a wait that is longer than a browser can hold is not cut short', () => {
    const { timers } = realEnvironment(scopeWith());
    const ran = vi.fn();
    const longMs = 2 ** 31 + 5_000;
    const undone = vi.fn();
    const undo = timers.after(longMs, undone);
    timers.after(longMs, ran);
    vi.advanceTimersByTime(longMs - 1);
    expect(ran).not.toHaveBeenCalled();
    undo();
    vi.advanceTimersByTime(1);
    expect(ran).toHaveBeenCalledTimes(1);
    expect(undone).not.toHaveBeenCalled();
  });
});

describe('ids', () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  test('are UUIDs of version 4, also without a secure context', () => {
    const insecure = { getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes) };
    for (const scope of [scopeWith(), scopeWith({ crypto: insecure })]) {
      const { ids } = realEnvironment(scope);
      expect(ids.uuid()).toMatch(uuid);
      expect(ids.uuid()).not.toBe(ids.uuid());
      expect(ids.short()).toMatch(/^[\w-]{21}$/);
    }
  });
});

describe('storage', () => {
  test('a real database opens as the user’s store', async () => {
    const store = await realEnvironment(scopeWith()).openStore('u1', events);
    expect(store.kind).toBe('indexeddb');
    store.close();
    expect((await realEnvironment(scopeWith()).openMemoryStore()).kind).toBe('memory');
  });

  test('T-3 where even looking at it is forbidden, opening is STORAGE_FAILED', async () => {
    const forbidden = Object.defineProperty(scopeWith(), 'indexedDB', {
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
    await expect(realEnvironment(forbidden).openStore('u1', events)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });

  test.each<[string, object | undefined, unknown]>([
    ['told', { estimate: async () => ({ usage: 5, quota: 10 }) }, { usageBytes: 5, quotaBytes: 10 }],
    ['told in part', { estimate: async () => ({ quota: 10 }) }, null],
    ['refused', { estimate: () => Promise.reject(new TypeError('no')) }, null],
    ['absent, as in WebKit', undefined, null],
  ])('an estimate that is %s', async (_title, storage, estimate) => {
    await expect(realEnvironment(scopeWith({ navigator: { storage } })).estimateStorage()).resolves.toEqual(estimate);
  });
});

describe('network', () => {
  test('fetch is called on its scope', async () => {
    const scope = scopeWith({
      fetch(this: unknown, url: string) {
        return Promise.resolve(`${url} ${this === scope}`);
      },
    });
    await expect(realEnvironment(scope).network.fetch('/x', {})).resolves.toBe('/x true');
  });

  test('a socket tells of opening, text and its end, and sends while it is open', () => {
    const socket = realEnvironment(scopeWith()).network.openSocket('ws://desk.example/push');
    const webSocket = FakeWebSocket.opened.at(-1) as FakeWebSocket;
    const told: unknown[] = [];
    socket.onOpen = () => told.push('open');
    socket.onText = (text) => told.push(text);
    socket.onClose = (code) => told.push(code);
    socket.send('too early');
    webSocket.readyState = 1;
    webSocket.onopen?.();
    socket.send('hello');
    webSocket.onmessage?.({ data: 'frame' });
    webSocket.onmessage?.({ data: new ArrayBuffer(2) });
    socket.close();
    socket.send('too late');
    webSocket.onclose?.({ code: 4401 });
    expect(webSocket.url).toBe('ws://desk.example/push');
    expect(webSocket.sent).toEqual(['hello']);
    expect(told).toEqual(['open', 'frame', '', 4401]);
  });
});

test('the log names itself and keeps its fields apart', () => {
  const written: unknown[][] = [];
  const write =
    (level: string) =>
    (...line: unknown[]) =>
      written.push([level, ...line]);
  const { log } = realEnvironment(scopeWith({ console: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') } }));
  log.debug('a');
  log.info('b', { n: 1 });
  log.warn('c');
  log.error('d');
  expect(written).toEqual([
    ['debug', '[tabcached] a', {}],
    ['info', '[tabcached] b', { n: 1 }],
    ['warn', '[tabcached] c', {}],
    ['error', '[tabcached] d', {}],
  ]);
});
