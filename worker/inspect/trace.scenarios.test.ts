/** One call of a tab, followed through storage and network by the trace in its log lines and in its error. */
import { expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import type { LogEntry } from '../../protocol/inspect.ts';
import { createHttpBackend } from '../backend/http-backend.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { createRig } from '../testing/rig.ts';
import { problemAnswer } from '../testing/fake-network.ts';
import { traceLines } from './trace-lines.ts';

const CHAT = '11111111-1111-4111-8111-111111111111';
const send = (n: number): string => `33333333-3333-4333-8333-33333333333${n}`;

/** A daemon whose messages go over HTTP, and whose disk can fail. */
async function createCase() {
  const world = { diskFails: false, answer: (): Response | Promise<Response> => problemAnswer(503) };
  const memory = createMemoryStore();
  const rig = await createRig({
    openStore: async () => ({ ...memory, write: (...args) => (world.diskFails ? Promise.reject(new TabcachedError('STORAGE_FAILED', 'The disk is gone.')) : memory.write(...args)) }),
    env: () => ({ network: { fetch: async () => world.answer(), openSocket: () => { throw new Error('not in this test'); } } }),
    backend: (env) => {
      const http = createHttpBackend({ ...env, verifiedToken: env.token });
      return { send: http.send, messages: (id, query, options) => (query.mode === 'newest' ? rig.server.backend.messages(id, query, options) : http.messages(id, query, options)) };
    },
  });
  rig.server.createChat(CHAT);
  for (let i = 1; i <= 70; i++) rig.server.append(CHAT, `message ${i}`);
  const tab = await rig.openTab();
  await tab.open(CHAT);
  await rig.time.advance(100);
  const linesOf = async (trace: string | null | undefined): Promise<readonly LogEntry[]> => (await tab.call('exportLog', {})).filter((line) => line.trace === trace);
  const failing = async (call: Promise<unknown>): Promise<TabcachedError> => call.then(() => { throw new Error('it should fail'); }, (error: unknown) => error as TabcachedError);
  return { rig, tab, world, linesOf, failing };
}

test('a send that storage refuses: the trace is in the call’s line, in the transaction’s, and in the error that the tab gets', async () => {
  const { tab, world, linesOf, failing } = await createCase();
  world.diskFails = true;
  const error = await failing(tab.call('send', { requestId: CHAT, clientTempId: send(1), content: 'one' }));
  expect(error).toMatchObject({ code: 'STORAGE_FAILED', trace: expect.stringMatching(/^.{1,6}-\d+$/) });
  const lines = await linesOf(error.trace);
  expect(lines.map(({ event }) => event)).toEqual(['call', 'write failed', 'call failed']);
  expect(lines[1]).toMatchObject({ level: 'error', fields: { about: [send(1)], code: 'STORAGE_FAILED' } });
});

test('a message that is stored and then fails on the network, and whose fate the disk refuses to note: one trace through all of it', async () => {
  const { rig, tab, world, linesOf } = await createCase();
  await tab.call('send', { requestId: CHAT, clientTempId: send(1), content: 'another' });
  let answered = (): void => undefined;
  world.answer = () => {
    world.diskFails = true;
    answered();
    return problemAnswer(503);
  };
  const reached = new Promise<void>((resolve) => (answered = resolve));
  await tab.call('send', { requestId: CHAT, clientTempId: send(2), content: 'two' });
  // The first is tried again, and until it is sent the second waits: no trace may be mixed up.
  await rig.time.advance(20_000);
  await reached;
  world.diskFails = false;
  await rig.time.advance(1_000);
  const all = await tab.call('exportLog', {});
  const traceOf = (n: number): string | null => all.find(({ event, fields }, at) => event === 'call' && fields['name'] === 'send' && all.slice(0, at + 1).filter((line) => line.fields['name'] === 'send').length === n)?.trace ?? null;
  expect(traceOf(1)).not.toBe(traceOf(2));
  const lines = await linesOf(traceOf(1));
  expect(lines.map(({ event }) => event)).toEqual(expect.arrayContaining(['call', 'attempt', 'request', 'attempt failed', 'write failed']));
  for (const line of lines.filter(({ event }) => event === 'request')) expect(line.fields).toMatchObject({ path: '/chat/messages', about: send(1), status: 503 });
  for (const line of lines.filter(({ event }) => event === 'write failed')) expect(line.fields['about']).toContain(send(1));
  expect((await linesOf(traceOf(2))).map(({ event }) => event)).toEqual(['call']);
});

test('a page that the network does not bring: the trace is in the request’s line, answered or not, and in the error', async () => {
  const { tab, world, linesOf, failing } = await createCase();
  const older = () => failing(tab.call('loadPage', { requestId: CHAT, direction: 'older', lo: 21, hi: 70, tail: true, limit: 50 }));
  for (const [answer, code, status] of [
    [() => problemAnswer(503), 'SERVER_FAILED', 503],
    [() => Promise.reject(new TypeError('Failed to fetch')), 'OFFLINE', null],
  ] as const) {
    world.answer = answer;
    const error = await older();
    expect(error).toMatchObject({ code, trace: expect.any(String) });
    const lines = await linesOf(error.trace);
    expect(lines.map(({ event }) => event)).toEqual(['call', 'request', 'call failed']);
    expect(lines[1]?.fields).toMatchObject({ path: expect.stringContaining(CHAT), status });
  }
});

test('a line about a message is not taken for another call of the same chat', () => {
  const at = 0;
  const notes = [{ at, event: 'call', fields: { id: 'tab-9', name: 'verifyChat', input: { requestId: CHAT } }, weight: 1 }];
  const lines = [
    { at, level: 'debug', event: 'call', fields: { name: 'verifyChat', trace: 'tab-9' } },
    { at, level: 'info', event: 'attempt failed', fields: { lane: CHAT, operationId: send(1) } },
    { at, level: 'info', event: 'chat not stored', fields: { requestId: CHAT } },
  ] as const;
  expect(traceLines(lines, notes).map(({ trace }) => trace)).toEqual(['tab-9', null, 'tab-9']);
});
