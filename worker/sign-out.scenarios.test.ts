import { describe, expect, test, vi } from 'vitest';
import { SIGNED_OUT_KEY, WIPING_KEY } from '../protocol/sign-out.ts';
import type { Backend } from '../protocol/index.ts';
import { storeNames } from './store/schema.ts';
import { createMediaFileServer, someBytes } from './testing/media-file-server.ts';
import { createScenario, createGate, CHAT, type Scenario } from './testing/scenario.ts';

const keep = { wipe: false, confirmUnsent: 0 };
const wipe = { wipe: true, confirmUnsent: 0 };

const note = (scenario: Scenario, key: string): Promise<unknown> => scenario.rig.store.read(['ticket_meta'], (tx) => tx.get('ticket_meta', key));
const everything = async (scenario: Scenario): Promise<unknown[]> => {
  const rows = await scenario.rig.store.read(storeNames, (tx) => Promise.all(storeNames.map((name) => tx.getAll(name) as Promise<unknown[]>)));
  return rows.flat();
};
/** The answer of a call, or `waiting`. */
const outcome = async (scenario: Scenario, call: Promise<unknown>): Promise<unknown> => {
  let settled: unknown = 'waiting';
  call.then((value) => (settled = value), (error: { code?: string }) => (settled = error.code));
  await scenario.rig.time.settle();
  return settled;
};
/** The server takes the token for somebody else's. */
const nameSomebodyElse = ({ rig }: Scenario): void => {
  const backend = rig.server.backend as { -readonly [K in keyof typeof rig.server.backend]: (typeof rig.server.backend)[K] };
  const openPush = backend.openPush?.bind(backend);
  backend.openPush = (events) => openPush!({ ...events, onOpen: () => events.onOpen('somebody else') });
};

describe('signing out keeps the cache', () => {
  test('#97 every tab is told, the link closes, queues stop, the daemon is over', async () => {
    const scenario = await createScenario();
    const { rig } = scenario;
    scenario.fill(3);
    const [first, second] = [await scenario.openedTab(), await scenario.openedTab()];
    const answer = first.call('signOut', keep);
    await rig.time.advance(100);
    expect(await answer).toEqual({ signedOut: true, unsent: 0, drafts: 0, left: [] });
    expect(second.frames.at(-1)).toEqual({ t: 'goodbye', reason: 'signed-out', wiped: false });
    expect(rig.server.links()).toBe(0);
    expect((await rig.locks.held()).filter((name) => name.includes(':daemon:') || name.includes(':writer:'))).toEqual([]);
    expect(await note(scenario, SIGNED_OUT_KEY)).toMatchObject({ value: { at: expect.any(Number) } });
    expect((await scenario.storedRows()).map((row) => row.content)).toEqual(['message 1', 'message 2', 'message 3']);
  });

  test('T-4 a tab that wants a wipe at the same moment is told that another one kept the cache (sim seed 433)', async () => {
    const scenario = await createScenario();
    const { rig } = scenario;
    const [first, second] = [await scenario.openedTab(), await scenario.openedTab()];
    const answers = [first.call('signOut', keep), second.call('signOut', wipe)];
    await rig.time.advance(100);
    expect(await Promise.all(answers)).toMatchObject([{ signedOut: true, left: [] }, { signedOut: true, left: [expect.stringContaining('kept')] }]);
  });

  test('#97 what is unsent waits for the next sign-in, and is sent once', async () => {
    const scenario = await createScenario();
    const { rig } = scenario;
    const tab = await scenario.openedTab();
    rig.server.cut();
    await scenario.send(tab, 'before I go');
    await tab.call('saveDraft', { requestId: CHAT, text: 'and also' });
    const answer = tab.call('signOut', keep);
    await rig.time.advance(100);
    expect(await answer).toMatchObject({ signedOut: true, unsent: 1, drafts: 1 });
    rig.server.restore();
    await rig.time.advance(60_000);
    expect(scenario.serverTexts()).toEqual([]);
    await scenario.openedTab();
    await rig.time.advance(1_000);
    expect(scenario.serverTexts()).toEqual(['before I go']);
  });

  test('#56 after a sign-out reads wait for the welcome that names the user', async () => {
    const scenario = await createScenario();
    const { rig } = scenario;
    scenario.fill(2);
    const tab = await scenario.openedTab();
    void tab.call('signOut', keep);
    await rig.time.advance(100);
    rig.server.cut();
    const next = await rig.openTab();
    const [chat, list, hit] = [next.open(CHAT), next.call('openTickets', {}), next.call('cacheUsage', {})];
    expect(await outcome(scenario, Promise.race([chat, list, hit]))).toBe('waiting');
    rig.server.restore();
    await rig.time.advance(100);
    expect((await chat).rows.map((row) => row.content)).toEqual(['message 1', 'message 2']);
    expect(JSON.parse(await list).tickets).toHaveLength(2);
    expect(await note(scenario, SIGNED_OUT_KEY)).toBeUndefined();
    await rig.restartDaemon();
    rig.server.cut();
    expect((await (await rig.openTab()).open(CHAT)).rows).toHaveLength(2);
  });

  test('T-5 #56 with the token of another user nothing of the cache is shown, sent or changed', async () => {
    const scenario = await createScenario();
    const { rig } = scenario;
    scenario.fill(2);
    const tab = await scenario.openedTab();
    rig.server.cut();
    await scenario.send(tab, 'mine');
    void tab.call('signOut', keep);
    await rig.time.advance(100);
    rig.server.restore();
    nameSomebodyElse(scenario);
    const next = await rig.openTab();
    const before = await everything(scenario);
    const asked = [next.open(CHAT), next.call('openTickets', {}), next.call('exportLog', {}), next.call('inspect', {})];
    expect(await outcome(scenario, Promise.race(asked))).toBe('waiting');
    await rig.time.advance(120_000);
    expect(await outcome(scenario, Promise.race(asked))).toBe('waiting');
    expect(next.frames.filter((frame) => frame.t === 'chat' || frame.t === 'tickets')).toEqual([]);
    expect(next.frames.flatMap((frame) => (frame.t === 'host' ? [frame.host.pending] : []))).not.toContain(1);
    expect(scenario.serverTexts()).toEqual(['message 1', 'message 2']);
    expect(await everything(scenario)).toEqual(before);
  });

  test('#97 a page that was away while its user signed out is not let in again, a new client is', async () => {
    const scenario = await createScenario();
    const { rig } = scenario;
    const tab = await scenario.openedTab();
    void tab.call('signOut', keep);
    await rig.time.advance(100);
    rig.server.cut();
    await expect(rig.openTab({ returning: true })).rejects.toMatchObject({ code: 'SIGNED_OUT' });
    rig.server.restore();
    await scenario.openedTab();
    await expect(rig.openTab({ returning: true })).resolves.toBeDefined();
  });

  test('#56 without a push link the first answer to the token opens the cache', async () => {
    const scenario = await createScenario({ without: ['openPush'] });
    const { rig } = scenario;
    scenario.fill(1);
    const tab = await scenario.openedTab();
    void tab.call('signOut', keep);
    await rig.time.advance(100);
    const gate = createGate();
    scenario.answers.tickets = async (answer) => gate.pass().then(() => answer);
    const chat = (await rig.openTab()).open(CHAT);
    expect(await outcome(scenario, chat)).toBe('waiting');
    gate.open();
    await rig.time.settle();
    expect((await chat).rows).toHaveLength(1);
  });

  test('T-3 when the sign-out cannot be noted, everybody is signed out all the same, and it is said', async () => {
    const scenario = await createScenario();
    const { rig } = scenario;
    const [tab, other] = [await scenario.openedTab(), await scenario.openedTab()];
    scenario.onWrite = () => {
      throw new Error('disk');
    };
    const answer = tab.call('signOut', keep);
    await rig.time.advance(2_000);
    expect(await answer).toMatchObject({ signedOut: true, left: ['the note of the sign-out'] });
    expect(other.frames.some((frame) => frame.t === 'goodbye' && frame.reason === 'signed-out')).toBe(true);
    expect(rig.server.links()).toBe(0);
  });
});

describe('signing out wipes', () => {
  test('#97 unsent messages are counted and asked about first; then nothing of the user is left', async () => {
    const scenario = await createScenario();
    const { rig } = scenario;
    scenario.fill(3);
    const [tab, other] = [await scenario.openedTab(), await scenario.openedTab()];
    rig.server.cut();
    await scenario.send(tab, 'one');
    await scenario.send(other, 'two');
    expect(await tab.call('signOut', wipe)).toMatchObject({ signedOut: false, unsent: 2 });
    // Nothing happened: people work on.
    await scenario.send(other, 'three');
    expect(await tab.call('signOut', { wipe: true, confirmUnsent: 2 })).toMatchObject({ signedOut: false, unsent: 3 });
    expect(other.frames.some((frame) => frame.t === 'goodbye')).toBe(false);
    const answer = tab.call('signOut', { wipe: true, confirmUnsent: 3 });
    await rig.time.advance(100);
    expect(await answer).toEqual({ signedOut: true, unsent: 3, drafts: 0, left: [] });
    expect(other.frames.at(-1)).toEqual({ t: 'goodbye', reason: 'signed-out', wiped: true });
    expect(await everything(scenario)).toEqual([]);
    rig.server.restore();
    await rig.time.advance(60_000);
    expect(scenario.serverTexts()).toEqual(['message 1', 'message 2', 'message 3']);
    // A tab that saw the lease go before it heard the goodbye comes back and brings nothing back.
    await expect(rig.openTab({ returning: true })).rejects.toMatchObject({ code: 'SIGNED_OUT' });
  });

  test('#97 what is under way writes nothing afterwards', async () => {
    const scenario = await createScenario();
    const { rig } = scenario;
    scenario.fill(3);
    const tab = await scenario.openedTab();
    const late = createGate();
    scenario.answers.messages = async (answer) => late.pass().then(() => answer);
    scenario.answers.tickets = async (answer) => late.pass().then(() => answer);
    const under = tab.call('loadPage', { requestId: CHAT, direction: 'older', lo: 1, hi: 3, tail: true, limit: 50 });
    under.catch(() => undefined);
    rig.server.tellLost();
    await rig.time.settle();
    void tab.call('signOut', wipe);
    await rig.time.advance(100);
    late.open();
    rig.server.append(CHAT, 'late');
    await rig.time.advance(60_000);
    expect(await everything(scenario)).toEqual([]);
  });

  test('#97 a download under way ends, and its rest writes nothing', async () => {
    const scenario = await createScenario();
    const { rig } = scenario;
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 12; turn += 1) await rig.time.settle();
    };
    const files = createMediaFileServer(turns);
    files.byHand = true;
    files.serve('a.png', someBytes(3_000_000));
    Object.assign(rig.server.backend, { media: ((_, filename, range, { signal }) => files.ask(filename, range, { alive: true }, signal)) satisfies Backend['media'] });
    scenario.fill(1);
    await rig.restartDaemon();
    const tab = await scenario.openedTab();
    await tab.call('watchMedia', { requestId: CHAT, filename: 'a.png', messageId: (await scenario.storedRows())[0]?.id ?? '', fileSize: null, mimeType: null, onScreen: true, priority: 'normal' });
    await turns();
    const [request] = files.requests;
    await request?.send(2_000_000);
    await rig.time.advance(1_000);
    await vi.waitFor(async () => expect(await rig.store.read(['media_blobs'], (tx) => tx.count('media_blobs'))).toBeGreaterThan(0));
    const answer = tab.call('signOut', wipe);
    await rig.time.advance(100);
    await turns();
    expect(await answer).toMatchObject({ signedOut: true, left: [] });
    expect(request?.cancelled).toBe(true);
    await request?.finish();
    await rig.time.advance(60_000);
    await turns();
    expect(await everything(scenario)).toEqual([]);
    expect(files.requests).toHaveLength(1);
  });

  test('#97 while somebody leaves nothing more is taken: what is typed stays with whoever typed it', async () => {
    const scenario = await createScenario();
    const { rig } = scenario;
    const [tab, other] = [await scenario.openedTab(), await scenario.openedTab()];
    const answer = tab.call('signOut', wipe);
    await vi.waitFor(() => expect(other.call('stats', {})).rejects.toMatchObject({ code: 'SIGNED_OUT' }));
    await expect(scenario.send(other, 'too late')).rejects.toMatchObject({ code: 'SIGNED_OUT' });
    await rig.time.advance(100);
    expect(await answer).toMatchObject({ signedOut: true, unsent: 0 });
  });

  test.each(['before anything is removed', 'half-way'])('T-4 #97 a wipe that is interrupted %s is finished before anything is read', async (when) => {
    let attempts = 0;
    const scenario = await createScenario({
      env: (env) => ({
        wipe: async (userId) => {
          attempts += 1;
          if (attempts > 1) return env.wipe(userId);
          return new Promise<never>(() => undefined);
        },
      }),
    });
    const { rig } = scenario;
    scenario.fill(3);
    const tab = await scenario.openedTab();
    void tab.call('signOut', wipe);
    await rig.time.advance(1_000);
    expect([attempts, (await note(scenario, WIPING_KEY)) !== undefined]).toEqual([1, true]);
    if (when === 'half-way') await rig.store.write(['messages'], 'strict', (tx) => tx.clear('messages'));
    await rig.restartDaemon();
    rig.server.cut();
    const next = await rig.openTab();
    expect(attempts).toBe(2);
    expect(JSON.parse(await next.call('openTickets', {})).tickets).toEqual([]);
    expect((await everything(scenario)).filter((record) => (record as { key?: string }).key !== '_writer')).toEqual([]);
  });

  test('T-4 what a wipe cannot remove is said, and never read again', async () => {
    const scenario = await createScenario({ env: () => ({ wipe: async () => ['files', 'database'] }) });
    const { rig } = scenario;
    scenario.fill(3);
    const tab = await scenario.openedTab();
    const answer = tab.call('signOut', wipe);
    await rig.time.advance(100);
    expect(await answer).toMatchObject({ signedOut: true, left: ['files', 'database'] });
    // In another worker, which knows nothing of the one that signed out.
    await rig.restartDaemon();
    rig.server.cut();
    const next = await rig.openTab();
    expect((await next.open(CHAT)).rows).toEqual([]);
    expect(next.frames.findLast((frame) => frame.t === 'host')).toMatchObject({ host: { storage: 'memory' } });
  });
});
