import { wrap } from 'comlink';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DaemonEndpoint } from '../protocol/daemon-api.ts';
import { isWorkerLock, lineChannel, lobbyChannel, workerLock, type LineMessage, type LobbyMessage } from '../protocol/lobby.ts';
import type { WorkerIdentity } from '../protocol/names.ts';
import type { Connect } from './connection.ts';
import { loadLobby } from './load-lobby.ts';
import { openLobby, type LobbySetup } from './open-lobby.ts';
import { serveOnPort } from './port-session.ts';

const identity: WorkerIdentity = { buildId: 'b1', userId: 'ü:1', generation: 3 };

let channels: BroadcastChannel[];
let undo: () => void;
/** Lines that the daemon was asked for, with what was posted and whether they were closed. */
let lines: { post: (frame: string) => void; closed: boolean }[];
/** Ends the tab that holds the lock of a line. */
let die: Map<string, () => void>;
beforeEach(() => {
  channels = [];
  undo = () => undefined;
  lines = [];
  die = new Map();
});
afterEach(() => {
  undo();
  for (const channel of channels) channel.close();
});

const open = (name: string): BroadcastChannel => {
  const channel = new BroadcastChannel(name);
  channels.push(channel);
  return channel;
};

const connect: Connect = (post) => {
  const line = { post, closed: false };
  lines.push(line);
  return {
    call: async (_name, input) => ({ ok: true, value: [lines.indexOf(line), input] }),
    close: () => {
      line.closed = true;
    },
  };
};

const setup = (life = 'life1'): LobbySetup => ({
  env: {
    ids: { uuid: () => '', short: () => life },
    locks: { hold: () => new Promise(() => undefined), whenFree: (name) => new Promise((resolve) => die.set(name, resolve)), held: async () => [] } as LobbySetup['env']['locks'],
  },
  identity,
  openChannel: (name) => new BroadcastChannel(name),
  serve: (wire) => serveOnPort(wire, connect),
});

/** Proxies that Comlink must not see collected: it would use their channels again. */
const pinned: unknown[] = [];

/** A tab that joins: resolves when its line is open. */
async function join(id: string) {
  const line = lineChannel(id);
  const channel = open(line);
  const lobby = open(lobbyChannel(identity));
  const heard: unknown[] = [];
  channel.addEventListener('message', ({ data }) => heard.push(data));
  lobby.postMessage({ t: 'join', line } satisfies LobbyMessage);
  await vi.waitFor(() => expect(heard).toContainEqual({ t: 'open', life: 'life1' } satisfies LineMessage));
  const proxy = wrap<DaemonEndpoint>(channel);
  pinned.push(proxy);
  return { line, channel, lobby, heard, frames: () => heard.filter((data) => typeof data === 'string'), proxy };
}

describe('#99 the lobby of a dedicated worker', () => {
  test('each tab gets a line of its own: calls are answered there, frames of others are not received', async () => {
    undo = openLobby(setup());
    const [a, b] = [await join('a'), await join('b')];
    await expect(a.proxy.call('ping', { n: 1 })).resolves.toEqual({ ok: true, value: [0, { n: 1 }] });
    await expect(b.proxy.call('ping', { n: 2 })).resolves.toEqual({ ok: true, value: [1, { n: 2 }] });
    lines[0]?.post('for a');
    lines[1]?.post('for b');
    await vi.waitFor(() => expect([a.frames(), b.frames()]).toEqual([['for a'], ['for b']]));
  });

  test('a tab that waited before the worker came up is told', async () => {
    const lobby = open(lobbyChannel(identity));
    const heard: unknown[] = [];
    lobby.addEventListener('message', ({ data }) => heard.push(data));
    undo = openLobby(setup());
    await vi.waitFor(() => expect(heard).toEqual([{ t: 'here', life: 'life1' }]));
  });

  test('a tab that asks twice has one line', async () => {
    undo = openLobby(setup());
    const tab = await join('a');
    tab.lobby.postMessage({ t: 'join', line: tab.line } satisfies LobbyMessage);
    await vi.waitFor(() => expect(tab.heard).toHaveLength(2));
    expect(lines).toHaveLength(1);
  });

  test('#86 a line ends when its tab says so, and when its tab is gone', async () => {
    undo = openLobby(setup());
    const [a, b] = [await join('a'), await join('b')];
    a.channel.postMessage({ t: 'close' } satisfies LineMessage);
    await vi.waitFor(() => expect(lines.map(({ closed }) => closed)).toEqual([true, false]));
    die.get(b.line)?.();
    await vi.waitFor(() => expect(lines.map(({ closed }) => closed)).toEqual([true, true]));
    // Joined again, it is another line.
    b.lobby.postMessage({ t: 'join', line: b.line } satisfies LobbyMessage);
    await vi.waitFor(() => expect(lines).toHaveLength(3));
  });

  test('what is no request for a line is passed over', async () => {
    undo = openLobby(setup());
    const lobby = open(lobbyChannel(identity));
    for (const foreign of [null, 'join', {}, { t: 'join' }, { t: 'join', line: 'tabcached:1:updates:someone' }, { t: 'join', line: 7 }]) lobby.postMessage(foreign);
    await join('a');
    expect(lines).toHaveLength(1);
  });

  test('an answer that comes after the tab has gone is dropped', async () => {
    let answer!: (result: { ok: true; value: null }) => void;
    const given = setup();
    undo = openLobby({ ...given, serve: (wire) => serveOnPort(wire, () => ({ call: () => new Promise((resolve) => (answer = resolve)), close: () => undefined })) });
    const tab = await join('a');
    void tab.proxy.call('ping', {});
    await vi.waitFor(() => expect(answer).toBeDefined());
    die.get(tab.line)?.();
    await vi.waitFor(() => expect(tab.heard).toHaveLength(1));
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    answer({ ok: true, value: null });
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('S-4 its lock tells that the worker lives, whatever daemon is in it', async () => {
    const names: string[] = [];
    const release = vi.fn();
    const given = setup();
    const locks = { ...given.env.locks, hold: async (name: string) => (names.push(name), { lost: new Promise<void>(() => undefined), release }) };
    const close = openLobby({ ...given, env: { ...given.env, locks } });
    expect(names).toEqual([workerLock(identity, 'life1')]);
    expect(isWorkerLock(names[0] as string, identity)).toBe(true);
    expect(isWorkerLock(names[0] as string, { ...identity, generation: 30 })).toBe(false);
    close();
    await vi.waitFor(() => expect(release).toHaveBeenCalledTimes(1));
  });

  test('closed, it lets nobody in and ends every line', async () => {
    const close = openLobby(setup());
    const tab = await join('a');
    close();
    expect(lines[0]?.closed).toBe(true);
    tab.lobby.postMessage({ t: 'join', line: lineChannel('b') } satisfies LobbyMessage);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(lines).toHaveLength(1);
  });

  test('a part that does not load is asked for again', async () => {
    const waits: [number, () => void][] = [];
    const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const env = { log, timers: { after: (delayMs: number, run: () => void) => (waits.push([delayMs, run]), () => undefined) } };
    const openPart = vi.fn(() => () => undefined);
    const load = vi.fn().mockRejectedValueOnce(new TypeError('Failed to fetch')).mockResolvedValue({ openLobby: openPart });
    await loadLobby(env, setup(), load);
    expect(openPart).not.toHaveBeenCalled();
    expect(waits.map(([delayMs]) => delayMs)).toEqual([2_000]);
    waits[0]?.[1]();
    await vi.waitFor(() => expect(openPart).toHaveBeenCalledTimes(1));
  });
});
