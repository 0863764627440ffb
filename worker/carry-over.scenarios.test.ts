import { describe, expect, test } from 'vitest';
import type { HostState } from '../protocol/index.ts';
import { TabcachedError } from '../protocol/errors.ts';
import { handoverLock, parseDaemonLease } from '../protocol/names.ts';
import { storeNames } from './store/schema.ts';
import type { Store, StoreEvents } from './store/store.ts';
import { CHAT, createGate, createScenario, OTHER_CHAT, type Scenario } from './testing/scenario.ts';
import { RIG_USER, type RigTab } from './testing/rig.ts';

const ID = '77777777-7777-4777-8777-777777777777';
const failure = (name: string): TabcachedError => new TabcachedError('STORAGE_FAILED', name, { cause: new DOMException('', name) });
const hostOf = (tab: RigTab): HostState | undefined => tab.frames.flatMap((frame) => (frame.t === 'host' ? [frame.host] : [])).at(-1);

/** Storage that does what a case says, and its connection's events. */
interface Disk {
  open: (store: Store) => Promise<Store>;
  events: StoreEvents;
}

async function scenarioOn(): Promise<{ readonly scenario: Scenario; readonly disk: Disk }> {
  const disk: Disk = { open: async (store) => store, events: { onBlocking: () => undefined, onTerminated: () => undefined } };
  const scenario = await createScenario({
    env: (env) => ({
      openStore: async (userId, events) => {
        disk.events = events;
        return disk.open(await env.openStore(userId, events));
      },
    }),
  });
  return { scenario, disk };
}

describe('what one life of a daemon leaves to the next', () => {
  test('S-4 a message that the next life has not stored yet is not called durable when its tab repeats it', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    const writing = createGate();
    let fails = false;
    disk.open = async (store) => ({
      ...store,
      write: async (...args) => {
        if (!fails) return store.write(...args);
        await writing.pass();
        throw failure('AbortError');
      },
    });
    await rig.restartDaemon();
    const tab = await scenario.openedTab();
    await rig.time.advance(1_000);
    rig.server.cut();
    fails = true;
    tab.call('send', { requestId: CHAT, clientTempId: ID, content: 'begun' }).catch(() => undefined);
    await rig.time.advance(10);
    disk.events.onTerminated();
    writing.open();
    await rig.time.advance(10);
    const next = await rig.openTab({ returning: true });
    await next.open(CHAT);
    expect(next.texts(CHAT)).toEqual(['begun']);
    expect(await next.call('send', { requestId: CHAT, clientTempId: ID, content: 'begun' })).toMatchObject({ durable: false });
    fails = false;
    expect(await next.call('send', { requestId: CHAT, clientTempId: ID, content: 'begun' })).toMatchObject({ durable: true });
    expect((await scenario.storedOperations()).map(({ id }) => id)).toEqual([ID]);
  });

  test('S-2 what a tab repeated while storage could not be read, and storage knows to be sent, is in one bubble (sim seed 1780000163)', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    const tab = await scenario.openedTab();
    await tab.call('send', { requestId: CHAT, clientTempId: ID, content: 'sent before' });
    await rig.time.advance(1_000);
    expect(scenario.serverTexts()).toEqual(['sent before']);
    rig.server.cut();
    disk.open = () => Promise.reject(failure('UnknownError'));
    await rig.restartDaemon();
    const onMemory = await rig.openTab();
    // Its answer was lost, and the server cannot be asked.
    await onMemory.call('send', { requestId: CHAT, clientTempId: ID, content: 'sent before' });
    await onMemory.call('send', { requestId: CHAT, clientTempId: '88888888-8888-4888-8888-888888888888', content: 'new' });
    disk.open = async (store) => store;
    await rig.time.advance(6_000);
    const next = await scenario.openedTab();
    await next.open(CHAT);
    expect(next.texts(CHAT)).toEqual(['sent before', 'new']);
    rig.server.restore();
    await rig.time.advance(60_000);
    expect(next.texts(CHAT)).toEqual(['sent before', 'new']);
    expect(scenario.serverTexts()).toEqual(['sent before', 'new']);
    expect(await scenario.storedOperations()).toEqual([]);
  });

  test('#46 a pause that the server asked for on memory is kept by the life that has storage again', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    disk.open = () => Promise.reject(failure('SecurityError'));
    await rig.restartDaemon();
    const tab = await scenario.openedTab();
    rig.server.before = (kind) => {
      if (kind === 'send') throw new TabcachedError('RATE_LIMITED', undefined, { retryAfterMs: 120_000 });
    };
    await tab.call('send', { requestId: CHAT, clientTempId: ID, content: 'refused for now' });
    await rig.time.advance(100);
    rig.server.before = () => undefined;
    disk.open = async (store) => store;
    await rig.time.advance(6_000);
    const next = await scenario.openedTab();
    await scenario.send(next, 'elsewhere', OTHER_CHAT);
    const texts = (): readonly string[] => [...scenario.serverTexts(), ...scenario.serverTexts(OTHER_CHAT)];
    await rig.time.advance(60_000);
    const early = texts();
    await rig.time.advance(120_000);
    expect([hostOf(next)?.storage, early.includes('elsewhere'), texts().includes('elsewhere')]).toEqual(['indexeddb', false, true]);
  });

  test('#51 S-3 a daemon that was left behind while it hung carries nothing over: others have decided since', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    rig.server.cut();
    await scenario.send(await scenario.openedTab(), 'discarded elsewhere');
    await rig.time.advance(100);
    const [operation] = await scenario.storedOperations();
    await rig.store.write(['offline_queue'], 'strict', (tx) => tx.delete('offline_queue', operation?.id ?? ''));
    // It wakes, and hears of its connection before it hears that it was asked to give way.
    disk.events.onTerminated();
    const { epoch, userId } = rig.locks.heldNow().map(parseDaemonLease).find((lease) => lease !== null) as { epoch: string; userId: string };
    (await rig.locks.hold(handoverLock(userId, epoch), { steal: true })).release();
    await rig.time.advance(100);
    rig.server.restore();
    await scenario.openedTab();
    await rig.time.advance(60_000);
    expect(scenario.serverTexts()).toEqual([]);
  });
});

describe('B-7 what another daemon decided while a worker whose connection was cut had no life (sim seed 1840001308)', () => {
  /** A message that waits on the disk and in a worker without a daemon. */
  const leave = async (): Promise<Scenario> => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    rig.server.idempotent = false;
    rig.server.cut();
    const tab = await scenario.openedTab();
    await tab.call('send', { requestId: CHAT, clientTempId: ID, content: 'first text' });
    await rig.time.advance(100);
    disk.events.onTerminated();
    tab.crash();
    await rig.time.advance(100);
    return scenario;
  };
  const sentIn = async ({ rig, ...scenario }: Scenario): Promise<readonly string[]> => {
    rig.server.restore();
    await scenario.openedTab();
    await rig.time.advance(60_000);
    expect(await scenario.storedOperations()).toEqual([]);
    return scenario.serverTexts();
  };

  test('S-3 an edit stays', async () => {
    const scenario = await leave();
    await scenario.rig.store.write(['offline_queue'], 'strict', async (tx) => {
      const operation = await tx.get('offline_queue', ID);
      if (operation?.type === 'send_message') await tx.put('offline_queue', { ...operation, payload: { ...operation.payload, content: 'second text' } });
    });
    expect(await sentIn(scenario)).toEqual(['second text']);
  });

  test('#51 what was discarded is not sent', async () => {
    const scenario = await leave();
    const { rig } = scenario;
    await rig.store.write(['offline_queue', 'messages', 'ticket_meta'], 'strict', async (tx) => {
      await tx.delete('offline_queue', ID);
      await tx.delete('messages', ID);
      await tx.put('ticket_meta', { key: '_discarded', value: { [ID]: rig.time.clock.now() } });
    });
    expect(await sentIn(scenario)).toEqual([]);
  });

  test('S-1 what was sent is asked about, also where the database was made anew since', async () => {
    const scenario = await leave();
    const { rig } = scenario;
    rig.server.append(CHAT, 'first text', RIG_USER, { clientTempId: ID });
    await rig.store.write(storeNames, 'strict', async (tx) => {
      for (const name of storeNames) if (name !== 'ticket_meta') await tx.clear(name);
    });
    expect(await sentIn(scenario)).toEqual(['first text']);
  });
});

test('T-2 a daemon on memory that was left behind while it hung does not take the right to write when it looks for its storage again (sim seed 157)', async () => {
  const { scenario, disk } = await scenarioOn();
  const { rig } = scenario;
  disk.open = () => Promise.reject(failure('UnknownError'));
  await rig.restartDaemon();
  const tab = await scenario.openedTab();
  expect(hostOf(tab)).toMatchObject({ storage: 'memory' });
  let claims = 0;
  disk.open = async (store) => ({ ...store, claimWriter: (...args) => (claims++, store.claimWriter(...args)) });
  const { epoch, userId } = rig.locks.heldNow().map(parseDaemonLease).find((lease) => lease !== null) as { epoch: string; userId: string };
  // Another one has asked it to give way, and it has not heard of that: its timer comes first.
  rig.locks.kill(handoverLock(userId, epoch));
  await rig.time.advance(60_000);
  expect(claims).toBe(0);
});

test('#97 who signs in again while storage is broken is not sent away when it works again', async () => {
  const { scenario, disk } = await scenarioOn();
  const { rig } = scenario;
  await (await scenario.openedTab()).call('signOut' as never, { wipe: false, confirmUnsent: 0 } as never);
  await rig.time.advance(1_000);
  disk.open = () => Promise.reject(failure('UnknownError'));
  await rig.restartDaemon();
  const tab = await scenario.openedTab();
  await rig.time.advance(1_000);
  expect(hostOf(tab)).toMatchObject({ storage: 'memory' });
  disk.open = async (store) => store;
  await rig.time.advance(6_000);
  const back = await rig.openTab({ returning: true });
  await back.open(CHAT);
  await rig.time.advance(1_000);
  expect(hostOf(back)).toMatchObject({ storage: 'indexeddb', trouble: null });
  expect(await rig.store.read(['ticket_meta'], (tx) => tx.get('ticket_meta', '_signedOut'))).toBeUndefined();
});
