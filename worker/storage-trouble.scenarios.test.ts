import { describe, expect, test } from 'vitest';
import type { ChatSnapshot, HostState } from '../protocol/index.ts';
import { TabcachedError } from '../protocol/errors.ts';
import { storeNames } from './store/schema.ts';
import type { Store, StoreEvents } from './store/store.ts';
import { CHAT, createScenario, createGate, OTHER_CHAT, type Scenario } from './testing/scenario.ts';
import type { RigTab } from './testing/rig.ts';

const failure = (name?: string): TabcachedError => new TabcachedError('STORAGE_FAILED', name ?? 'late', name === undefined ? {} : { cause: new DOMException('', name) });
const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** A browser whose storage does what a case says. */
interface Disk {
  open: (store: Store) => Promise<Store>;
  opens: number;
  /** Of the connection that was opened last. */
  events: StoreEvents;
}

async function scenarioOn(): Promise<{ scenario: Scenario; disk: Disk }> {
  const disk: Disk = { open: async (store) => store, opens: 0, events: { onBlocking: () => undefined, onTerminated: () => undefined } };
  const scenario = await createScenario({
    env: (env) => ({
      openStore: async (userId, events) => {
        disk.opens += 1;
        disk.events = events;
        return disk.open(await env.openStore(userId, events));
      },
    }),
  });
  return { scenario, disk };
}
const hostOf = (tab: RigTab): HostState | undefined => tab.frames.flatMap((frame) => (frame.t === 'host' ? [frame.host] : [])).at(-1);
const clearStore = (store: Store): Promise<void> =>
  store.write(storeNames, 'strict', async (tx) => {
    for (const name of storeNames) if (name !== 'ticket_meta') await tx.clear(name);
  });
/** A message that waits in the database of a daemon that is gone. */
async function leaveUnsent({ rig, ...scenario }: Scenario, text: string): Promise<void> {
  const tab = await scenario.openedTab();
  rig.server.cut();
  await scenario.send(tab, text);
  await rig.time.advance(100);
}

describe('B-2 #91 storage that hangs', () => {
  test.each([
    ['the open', (disk: Disk) => (disk.open = () => never())],
    ['the first read', (disk: Disk) => (disk.open = async (store) => ({ ...store, read: () => never() }))],
    ['the claim of the right to write', (disk: Disk) => (disk.open = async (store) => ({ ...store, claimWriter: () => never() }))],
  ])('T-3 %s: the chat is there from the network within the deadline, and it is said', async (_, hang) => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    scenario.fill(3);
    await rig.time.settle();
    hang(disk);
    await rig.restartDaemon();
    const opening = rig.openTab();
    await rig.time.advance(5_100);
    const tab = await opening;
    await tab.open(CHAT);
    await rig.time.advance(100);
    expect(tab.texts(CHAT)).toEqual(['message 1', 'message 2', 'message 3']);
    expect(hostOf(tab)).toMatchObject({ storage: 'memory', trouble: { kind: 'hung', held: true }, link: 'live' });
  });

  test('S-3 S-4 what is written meanwhile waits, and goes out behind what was stored, once, in order', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    await leaveUnsent(scenario, 'stored');
    disk.open = () => never();
    await rig.restartDaemon();
    rig.server.restore();
    const opening = rig.openTab();
    await rig.time.advance(5_100);
    const tab = await opening;
    await tab.open(CHAT);
    const receipt = await tab.call('send', { requestId: CHAT, clientTempId: '77777777-7777-4777-8777-777777777777', content: 'in memory' });
    expect(receipt.durable).toBe(false);
    await tab.call('saveDraft', { requestId: OTHER_CHAT, text: 'begun' });
    await rig.time.advance(1_000);
    expect(scenario.serverTexts()).toEqual([]);
    expect(tab.texts(CHAT)).toEqual(['in memory']);
    disk.open = async (store) => store;
    await rig.time.advance(6_000);
    expect(tab.frames.at(-1)).toEqual({ t: 'goodbye', reason: 'fenced' });
    const next = await scenario.openedTab();
    await rig.time.advance(1_000);
    expect(hostOf(next)).toMatchObject({ storage: 'indexeddb', trouble: null });
    expect(scenario.serverTexts()).toEqual(['stored', 'in memory']);
    expect(next.texts(CHAT)).toEqual(['stored', 'in memory']);
    expect((await next.open(OTHER_CHAT)).meta.draft).toBe('begun');
    expect(await scenario.storedOperations()).toEqual([]);
  });

  test('B-1 #89 an open that was blocked for minutes is used as soon as what blocked it lets go, not a pause later', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    const blocked = createGate();
    disk.open = async (store) => (await blocked.pass(), store);
    await rig.restartDaemon();
    const opening = rig.openTab();
    await rig.time.advance(5_100);
    const tab = await opening;
    await rig.time.advance(200_000);
    expect(hostOf(tab)).toMatchObject({ storage: 'memory', trouble: { kind: 'hung', held: true } });
    blocked.open();
    await rig.time.advance(500);
    expect(tab.frames.at(-1)).toEqual({ t: 'goodbye', reason: 'fenced' });
    expect(hostOf(await scenario.openedTab())).toMatchObject({ storage: 'indexeddb', trouble: null });
  });

  test.each(['discarded', 'edited'])('#50 #51 what is %s meanwhile, though it is stored and cannot be read, is so when it can (sim seed 1539110213)', async (decision) => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    rig.server.cut();
    const first = await scenario.openedTab();
    const id = await scenario.send(first, 'of before');
    disk.open = () => never();
    await rig.restartDaemon();
    const opening = rig.openTab({ returning: true });
    await rig.time.advance(5_100);
    const tab = await opening;
    // Its answer was lost with the daemon, so the tab repeats it.
    await tab.call('send', { requestId: CHAT, clientTempId: id, content: 'of before' });
    if (decision === 'discarded') await tab.call('discard', { operationId: id });
    else await tab.call('edit', { operationId: id, content: 'of now' });
    disk.open = async (store) => store;
    await rig.time.advance(6_000);
    const next = await scenario.openedTab();
    rig.server.restore();
    await rig.time.advance(60_000);
    expect(scenario.serverTexts()).toEqual(decision === 'discarded' ? [] : ['of now']);
    expect(next.texts(CHAT)).toEqual(scenario.serverTexts());
    expect(await scenario.storedOperations()).toEqual([]);
  });

  test('T-3 a transaction that hangs in the middle of a life ends it; what was being sent is sent once', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    const tab = await scenario.openedTab();
    const hanging = createGate();
    rig.server.cut();
    scenario.onWrite = () => undefined;
    await scenario.send(tab, 'on the way');
    disk.open = () => never();
    disk.events.onHung?.();
    await rig.time.advance(100);
    expect(tab.frames.at(-1)).toMatchObject({ t: 'goodbye' });
    const opening = rig.openTab({ returning: true });
    await rig.time.advance(5_100);
    const next = await opening;
    expect((await next.open(CHAT)).rows.map((row) => row.content)).toEqual(['on the way']);
    disk.open = async (store) => store;
    rig.server.restore();
    await rig.time.advance(20_000);
    await scenario.openedTab();
    await rig.time.advance(5_000);
    expect(scenario.serverTexts()).toEqual(['on the way']);
    hanging.open();
  });
});

describe('storage that is refused, cut off or deleted', () => {
  test('B-3 T-3 a private window sends from memory, says so, and storage is not asked for ever faster', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    disk.open = () => Promise.reject(failure('SecurityError'));
    await rig.restartDaemon();
    disk.opens = 0;
    const tab = await scenario.openedTab();
    expect(hostOf(tab)).toMatchObject({ storage: 'memory', trouble: { kind: 'refused', held: false } });
    expect(await tab.call('send', { requestId: CHAT, clientTempId: '77777777-7777-4777-8777-777777777777', content: 'private' })).toMatchObject({ durable: false });
    await rig.time.advance(1_000);
    expect(scenario.serverTexts()).toEqual(['private']);
    await rig.time.advance(3_600_000);
    expect(disk.opens).toBeLessThan(70);
  });

  test('#89 a connection that is cut while the daemon starts: its leases are free at once, not when the database would have been given up (sim seed 1798001392)', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    disk.open = async (store) => ({ ...store, read: () => Promise.reject(failure('InvalidStateError')) });
    void rig.restartDaemon();
    await rig.time.advance(100);
    disk.events.onTerminated();
    await rig.time.advance(300);
    expect(rig.locks.heldNow().filter((lock) => /:(daemon|writer):/.test(lock))).toEqual([]);
  });

  test('T-5 a sign-out that refused storage cannot note is said to be so (sim seed 1797001724)', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    scenario.fill(1);
    disk.open = () => Promise.reject(failure('SecurityError'));
    await rig.restartDaemon();
    const tab = await scenario.openedTab();
    const answer = tab.call('signOut', { wipe: false, confirmUnsent: 0 });
    await rig.time.advance(1_000);
    expect(await answer).toMatchObject({ signedOut: true, left: ['the note of the sign-out'] });
  });

  test('S-1 what waits on a disk that is refused is repeated by its tab and sent: once the disk is back the server is asked before it is sent again (sim seed 1799000163)', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    rig.server.idempotent = false;
    await leaveUnsent(scenario, 'stored');
    const [{ id } = { id: '' }] = await scenario.storedOperations();
    disk.open = () => Promise.reject(failure('SecurityError'));
    await rig.restartDaemon();
    rig.server.restore();
    const tab = await scenario.openedTab();
    await tab.call('send', { requestId: CHAT, clientTempId: id, content: 'stored', again: true });
    await rig.time.advance(2_000);
    expect(scenario.serverTexts()).toEqual(['stored']);
    disk.open = async (store) => store;
    await rig.time.advance(10_000);
    await scenario.openedTab();
    await rig.time.advance(10_000);
    expect(scenario.serverTexts()).toEqual(['stored']);
    expect(await scenario.storedOperations()).toEqual([]);
  });

  test('S-1 storage comes back while a message is on its way: it is on the server once', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    disk.open = () => Promise.reject(failure('SecurityError'));
    await rig.restartDaemon();
    const tab = await scenario.openedTab();
    const answer = createGate();
    scenario.answers.send = async (message) => answer.pass().then(() => message);
    await scenario.send(tab, 'once');
    await rig.time.advance(1_000);
    expect(scenario.serverTexts()).toEqual(['once']);
    disk.open = async (store) => store;
    await rig.time.advance(6_000);
    delete scenario.answers.send;
    const next = await scenario.openedTab();
    answer.open();
    await rig.time.advance(5_000);
    expect(scenario.serverTexts()).toEqual(['once']);
    expect(next.texts(CHAT)).toEqual(['once']);
    expect(await scenario.storedOperations()).toEqual([]);
  });

  test('B-3 S-1 S-3 refused after it was open: what is stored there is neither sent nor overtaken before it can be read again (sim seed 1780000024)', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    rig.server.idempotent = false;
    const first = await scenario.openedTab();
    rig.server.cut();
    await scenario.send(first, 'stored');
    disk.open = () => Promise.reject(failure('SecurityError'));
    disk.events.onTerminated();
    await rig.time.advance(100);
    rig.server.restore();
    const tab = await scenario.openedTab();
    expect(hostOf(tab)).toMatchObject({ storage: 'memory', trouble: { kind: 'refused', held: true } });
    await scenario.send(tab, 'in memory');
    await rig.time.advance(1_000);
    expect(scenario.serverTexts()).toEqual([]);
    disk.open = async (store) => store;
    await rig.time.advance(20_000);
    await scenario.openedTab();
    await rig.time.advance(5_000);
    expect(scenario.serverTexts()).toEqual(['stored', 'in memory']);
  });

  test('B-7 S-4 the database is deleted underneath: what waits and drafts survive in the same worker, and the rest is fetched again', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    scenario.fill(3);
    const tab = await scenario.openedTab();
    rig.server.cut();
    await scenario.send(tab, 'kept');
    await tab.call('saveDraft', { requestId: OTHER_CHAT, text: 'begun' });
    await rig.time.advance(100);
    await clearStore(rig.store);
    disk.events.onTerminated();
    await rig.time.advance(100);
    rig.server.restore();
    const next = await scenario.openedTab();
    await rig.time.advance(1_000);
    expect(hostOf(next)).toMatchObject({ storage: 'indexeddb', trouble: null });
    expect(next.texts(CHAT)).toEqual(['message 1', 'message 2', 'message 3', 'kept']);
    expect(scenario.serverTexts()).toEqual(['message 1', 'message 2', 'message 3', 'kept']);
    expect((await next.open(OTHER_CHAT)).meta.draft).toBe('begun');
  });

  test('B-6 a connection that is cut over and over costs ever longer pauses, no loop', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    disk.open = () => Promise.reject(failure('UnknownError'));
    await rig.restartDaemon();
    for (let minute = 0; minute < 60; minute += 1) {
      const tab = await rig.openTab();
      await rig.time.advance(60_000);
      tab.crash();
    }
    expect(disk.opens).toBeLessThan(80);
  });
});

describe('B-9 #92 writes that fail', () => {
  test.each([['QuotaExceededError', 'full'], ['UnknownError', 'failing']])('T-3 what the server says is shown and fetched once; it is stored when writing works again (%s)', async (name, kind) => {
    const { scenario } = await scenarioOn();
    const { rig } = scenario;
    scenario.fill(3);
    const tab = await rig.openTab();
    scenario.onWrite = () => {
      throw failure(name);
    };
    await tab.open(CHAT);
    await rig.time.advance(1_000);
    expect(tab.texts(CHAT)).toEqual(['message 1', 'message 2', 'message 3']);
    expect(hostOf(tab)?.trouble).toEqual({ kind, held: false });
    scenario.forgetRequests();
    // Nor by another tab, nor by opening it over and over.
    const other = await scenario.openedTab();
    expect(other.texts(CHAT)).toEqual(['message 1', 'message 2', 'message 3']);
    for (let again = 0; again < 10; again += 1) {
      await tab.call('closeChat', { requestId: CHAT });
      await rig.time.advance(1_000);
      await tab.open(CHAT);
    }
    expect(tab.texts(CHAT)).toEqual(['message 1', 'message 2', 'message 3']);
    scenario.fill(2);
    await rig.time.advance(600_000);
    expect(tab.texts(CHAT)).toHaveLength(5);
    expect([...scenario.asked('messages'), ...scenario.asked('changes')]).toEqual([]);
    // What a person writes is refused rather than lost.
    const refused = expect(scenario.send(tab, 'not stored')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    // Room is looked for first, a turn at a time.
    await rig.time.advance(2_000);
    await refused;
    scenario.onWrite = () => undefined;
    await rig.time.advance(5_000);
    expect(hostOf(tab)?.trouble).toBeNull();
    expect((await scenario.storedRows()).map((row) => row.content)).toEqual(tab.texts(CHAT));
    expect(scenario.serverTexts()).toHaveLength(5);
  });

  test('T-3 only a message was refused, and nothing else waits: the tab is told that there is room again all the same (sim seed 1830001580)', async () => {
    const { scenario } = await scenarioOn();
    const { rig } = scenario;
    scenario.fill(3);
    const tab = await scenario.openedTab();
    await rig.time.advance(60_000);
    scenario.onWrite = () => {
      throw failure('QuotaExceededError');
    };
    const refused = expect(scenario.send(tab, 'not stored')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await rig.time.advance(2_000);
    await refused;
    await rig.time.advance(30_000);
    expect(hostOf(tab)?.trouble).toEqual({ kind: 'full', held: false });
    scenario.onWrite = () => undefined;
    await rig.time.advance(60_000);
    expect(hostOf(tab)?.trouble).toBeNull();
  });
});

test('#92 S-2 rows that the disk refuses and the server does not vouch for are no sign that the disk has lost any: own messages stay on the screen (sim seeds 1920000326, 1799000007)', async () => {
  const { scenario } = await scenarioOn();
  const { rig, answers } = scenario;
  scenario.fill(6);
  const sender = await rig.openTab();
  await scenario.send(sender, 'mine');
  await rig.time.advance(1_000);
  scenario.fill(3);
  expect(await scenario.storedRows()).toMatchObject([{ sequenceNumber: 7 }]);
  scenario.onWrite = () => {
    throw failure('AbortError');
  };
  answers.messages = (page) => {
    const messages = page.messages.filter((_, at) => [2, 4, 7].includes(at));
    return { ...page, messages, oldestSequence: 3, newestSequence: 8, complete: false };
  };
  const tab = await rig.openTab();
  const opening = tab.call('openChat', { requestId: CHAT, anchor: 3, limit: 50 });
  await rig.time.advance(100);
  const { rows } = JSON.parse(await opening) as ChatSnapshot;
  expect(rows.map((row) => row.content)).toEqual(['message 3', 'message 5', 'mine', 'message 8']);
  expect(scenario.asked('messages').length).toBeLessThan(4);
  delete answers.messages;
  scenario.onWrite = () => undefined;
  await rig.time.advance(60_000);
  await tab.open(CHAT);
  expect(tab.texts(CHAT)).toEqual(scenario.serverTexts());
  expect((await scenario.storedRows()).map((row) => row.content)).toEqual(scenario.serverTexts());
});

test('#92 #31 H-1 rows that were forgotten and are still on the disk do not come back from there (sim seed 1539109848)', async () => {
  const { scenario } = await scenarioOn();
  const { rig, answers } = scenario;
  scenario.fill(70);
  const tab = await scenario.openedTab();
  await tab.call('loadPage', { requestId: CHAT, direction: 'older', lo: 21, hi: 70, tail: true, limit: 50 });
  await rig.time.advance(100);
  expect(await scenario.storedRows()).toHaveLength(70);
  scenario.onWrite = () => {
    throw failure('AbortError');
  };
  rig.server.setAccess(CHAT, false);
  await rig.time.advance(100);
  rig.server.setAccess(CHAT, true);
  await rig.time.advance(100);
  let pages = 0;
  // The page around the anchor brings nothing at first, as that of a server with a defect.
  answers.messages = (page) => (++pages === 1 ? { ...page, messages: [], oldestSequence: null, newestSequence: null, hasNewer: true } : page);
  await tab.call('openChat', { requestId: CHAT, anchor: 2, limit: 50 });
  await rig.time.advance(1_000);
  expect(pages).toBeGreaterThan(1);
  scenario.onWrite = () => undefined;
  await rig.time.advance(5_000);
  expect((await scenario.storedRows()).map((row) => row.content)).toEqual(scenario.serverTexts());
});

describe('#93 a database that cannot be read', () => {
  const corruptExcept = (readable: readonly string[]) => async (store: Store): Promise<Store> => ({
    ...store,
    read: (stores, work) => (stores.every((name) => readable.includes(name)) ? store.read(stores, work) : Promise.reject(failure('UnknownError'))),
  });

  test('B-4 S-4 is built anew; the outbox and the drafts are saved', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    await leaveUnsent(scenario, 'saved');
    await (await rig.openTab()).call('saveDraft', { requestId: CHAT, text: 'begun' });
    const corrupt = corruptExcept(['offline_queue', 'chat_meta']);
    disk.open = async (store) => {
      disk.open = async (fresh) => fresh;
      return corrupt(store);
    };
    await rig.restartDaemon();
    await rig.time.advance(6_000);
    rig.server.restore();
    const next = await scenario.openedTab();
    await rig.time.advance(1_000);
    expect(hostOf(next)).toMatchObject({ storage: 'indexeddb', trouble: null });
    expect(scenario.serverTexts()).toEqual(['saved']);
    expect(next.chat(CHAT).meta.draft).toBe('begun');
    expect((await scenario.storedRows()).map((row) => row.content)).toEqual(['saved']);
  });

  test('B-4 S-4 stays as it is while its outbox cannot be read, and nothing overtakes what is in it', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    await leaveUnsent(scenario, 'unreadable');
    disk.open = corruptExcept([]);
    await rig.restartDaemon();
    await rig.time.advance(6_000);
    rig.server.restore();
    const tab = await scenario.openedTab();
    expect(hostOf(tab)).toMatchObject({ storage: 'memory', trouble: { kind: 'corrupt', held: true } });
    await scenario.send(tab, 'later');
    await rig.time.advance(300_000);
    expect(scenario.serverTexts()).toEqual([]);
    expect((await scenario.storedOperations()).map((operation) => operation.type)).toEqual(['send_message']);
    disk.open = async (store) => store;
    await rig.time.advance(61_000);
    await scenario.openedTab();
    await rig.time.advance(1_000);
    expect(scenario.serverTexts()).toEqual(['unreadable', 'later']);
  });

  test('B-5 T-2 one of a newer version is never deleted or written', async () => {
    const { scenario, disk } = await scenarioOn();
    const { rig } = scenario;
    await leaveUnsent(scenario, 'of the newer version');
    const before = await rig.store.read(storeNames, (tx) => tx.getAll('offline_queue'));
    disk.open = () => Promise.reject(failure('VersionError'));
    await rig.restartDaemon();
    const tab = await rig.openTab();
    await rig.time.advance(600_000);
    expect(hostOf(tab)).toMatchObject({ storage: 'memory', trouble: { kind: 'newer', held: true } });
    expect(await rig.store.read(storeNames, (tx) => tx.getAll('offline_queue'))).toEqual(before);
  });
});

test('S-3 S-5 a daemon that was left behind while it hung, with nothing but memory, sends nothing that waited and takes nothing more (sim seed 1760011227)', async () => {
  // It does not hear that it was asked to give way: what tells it waits behind everything else.
  const scenario = await createScenario({
    env: (env) => ({
      openStore: () => Promise.reject(failure('SecurityError')),
      locks: { ...env.locks, hold: async (name, options) => ({ ...(await env.locks.hold(name, options)), lost: never() }) },
    }),
  });
  const { rig } = scenario;
  const tab = await scenario.openedTab();
  rig.server.before = (kind) => {
    if (kind === 'send') throw new TabcachedError('SERVER_FAILED');
  };
  await scenario.send(tab, 'waits');
  await rig.time.settle();
  expect(scenario.asked('send')).toHaveLength(1);
  rig.server.before = () => undefined;
  const asked = rig.locks.heldNow().find((name) => name.includes(':handover:')) ?? '';
  (await rig.locks.hold(asked, { steal: true })).release();
  await expect(scenario.send(tab, 'late')).rejects.toMatchObject({ code: 'FENCED' });
  await rig.time.advance(60_000);
  expect(scenario.serverTexts()).toEqual([]);
  expect(scenario.asked('send')).toHaveLength(1);
  expect(tab.frames).toContainEqual({ t: 'goodbye', reason: 'fenced' });
});
