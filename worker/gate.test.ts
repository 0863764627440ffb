import { describe, expect, test } from 'vitest';
import { callInputs, inspectInputs, mediaCallInputs, outboxInputs, signOutInputs } from '../protocol/index.ts';
import { createConnection } from './dispatch.ts';
import { createGate } from './gate.ts';

const silent = () => undefined;
const journal = { log: { debug: silent, info: silent, warn: silent, error: silent }, note: silent };
const late = Object.keys({ ...inspectInputs, ...mediaCallInputs, ...outboxInputs, ...signOutInputs });
const hello = { protocol: 1, buildId: 'b', userId: 'u', tabId: 'tab-0000001', lease: 'l', settings: { backend: 'http://b.test', budgetBytes: 1, outboxLimit: 1 }, report: { visible: true, focused: true, online: true } };
/** Inputs that any call which needs none takes, and some that need more. */
const inputs: Readonly<Record<string, unknown>> = { openChat: { requestId: '11111111-1111-4111-8111-111111111111', anchor: 'newest', limit: 50 }, watchOutbox: { watching: true } };

async function connected(gate: ReturnType<typeof createGate>) {
  const reached: string[] = [];
  const calls = new Proxy({}, { get: (_, name) => () => void reached.push(String(name)) });
  const connection = createConnection(journal, async () => ({
    welcome: {} as never,
    calls: calls as never,
    late: async (name) => void reached.push(name),
    pass: gate.pass,
    leave: silent,
  }));
  expect(await connection.call('hello', hello)).toMatchObject({ ok: true });
  return { connection, reached };
}

describe('T-5 #56 after a sign-out', () => {
  test('no call of any kind reaches what the former user left before the user is known; those of signing in and out do', async () => {
    const gate = createGate(true);
    const { connection, reached } = await connected(gate);
    const names = [...Object.keys(callInputs), ...late, 'a name of tomorrow'].filter((name) => name !== 'hello');
    for (const name of names) void connection.call(name, inputs[name] ?? {});
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(reached.filter((name) => !['bye', 'report', 'ack', 'ping', 'giveToken', 'signOut'].includes(name))).toEqual([]);
    expect(reached).toContain('signOut');
    gate.unlock();
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (const name of [...late, 'stats', 'openTickets', 'openChat', 'watchOutbox']) expect(reached).toContain(name);
  });

  test('a call that waited is refused when the user leaves in the moment that opens the gate', async () => {
    const gate = createGate(true);
    const { connection, reached } = await connected(gate);
    const waiting = connection.call('inspect', {});
    gate.unlock();
    gate.leave(true);
    expect(await waiting).toMatchObject({ ok: false, error: { code: 'SIGNED_OUT' } });
    expect(reached).toEqual([]);
  });

  test('a tab that left while it waited is not answered', async () => {
    const gate = createGate(true);
    const { connection, reached } = await connected(gate);
    const waiting = connection.call('inspect', {});
    connection.close();
    gate.unlock();
    expect(await waiting).toMatchObject({ ok: false, error: { code: 'CLOSED' } });
    expect(reached).toEqual([]);
  });
});
