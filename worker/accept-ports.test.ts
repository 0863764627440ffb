import { wrap } from 'comlink';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { DaemonEndpoint } from '../protocol/daemon-api.ts';
import { TabcachedError } from '../protocol/errors.ts';
import { workerName, type WorkerIdentity } from '../protocol/names.ts';
import { acceptPorts, type PortScope } from './accept-ports.ts';
import type { Connect } from './connection.ts';

const open: MessagePort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

const identity: WorkerIdentity = { buildId: 'b1', userId: 'user:1', generation: 2 };

/** A tab that connects to the worker of that scope. */
function tab(scope: PortScope) {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  scope.onconnect?.({ ports: [port2] } as unknown as MessageEvent);
  return wrap<DaemonEndpoint>(port1);
}

describe('the ports of a worker', () => {
  test('one daemon, with the identity in the worker’s name, serves every tab by a line of its own', async () => {
    const scope: PortScope = { name: workerName(identity), onconnect: null };
    let lines = 0;
    const start = vi.fn<(given: WorkerIdentity) => Connect>(() => () => {
      const line = ++lines;
      return { call: async () => ({ ok: true, value: line }), close: () => undefined };
    });
    acceptPorts(scope, 'onconnect', start);
    await expect(tab(scope).call('ping', {})).resolves.toEqual({ ok: true, value: 1 });
    await expect(tab(scope).call('ping', {})).resolves.toEqual({ ok: true, value: 2 });
    expect(start).toHaveBeenCalledTimes(1);
    expect(start).toHaveBeenCalledWith(identity);
  });

  test('ports are accepted before the daemon is started', () => {
    const scope: PortScope = { name: workerName(identity), onconnect: null };
    let listening = false;
    acceptPorts(scope, 'onconnect', () => {
      listening = scope.onconnect !== null;
      return () => ({ call: async () => ({ ok: true, value: null }), close: () => undefined });
    });
    expect(listening).toBe(true);
  });

  test.each(['', 'desk', 'tabcached:2:worker:b1:u1:0', 'tabcached:1:worker:%:u1:0'])('a worker called "%s" answers each call with what is wrong', async (name) => {
    const scope: PortScope = { name, onconnect: null };
    const start = vi.fn();
    acceptPorts(scope, 'onconnect', start);
    const result = { ok: false, error: expect.objectContaining({ code: 'INVALID', message: expect.stringContaining(`"${name}"`) }) };
    const proxy = tab(scope);
    await expect(proxy.call('hello', {})).resolves.toEqual(result);
    await expect(proxy.call('ping', {})).resolves.toEqual(result);
    expect(start).not.toHaveBeenCalled();
  });

  test('a daemon that cannot be made answers each call with why', async () => {
    const scope: PortScope = { name: workerName(identity), onconnect: null };
    acceptPorts(scope, 'onconnect', () => {
      throw new TabcachedError('HOST_UNAVAILABLE', 'no locks');
    });
    await expect(tab(scope).call('hello', {})).resolves.toMatchObject({ ok: false, error: { code: 'HOST_UNAVAILABLE', message: 'no locks' } });
  });
});
