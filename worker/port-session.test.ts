import { releaseProxy, wrap } from 'comlink';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { DaemonEndpoint } from '../protocol/daemon-api.ts';
import type { Connection } from './connection.ts';
import { serveOnPort } from './port-session.ts';

const open: MessagePort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

/** A tab and the daemon's end of its line. */
function connected(call: Connection['call'] = async () => ({ ok: true, value: null })) {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  const frames: unknown[] = [];
  port1.addEventListener('message', ({ data }) => typeof data === 'string' && frames.push(data));
  const closed = vi.fn();
  let post!: (frame: string) => void;
  const session = serveOnPort(port2, (given) => {
    post = given;
    return { call, close: closed };
  });
  const proxy = wrap<DaemonEndpoint>(port1);
  return { port1, port2, frames, closed, post: (frame: string) => post(frame), session, proxy };
}

describe('a line over a port', () => {
  test('carries calls and their results, errors as values', async () => {
    const calls: unknown[] = [];
    const { proxy } = connected(async (name, input) => {
      calls.push([name, input]);
      return name === 'ping' ? { ok: true, value: null } : { ok: false, error: { code: 'INVALID', message: 'no' } };
    });
    await expect(proxy.call('ping', {})).resolves.toEqual({ ok: true, value: null });
    await expect(proxy.call('syncChat', { requestId: 'x' })).resolves.toEqual({ ok: false, error: { code: 'INVALID', message: 'no' } });
    expect(calls).toEqual([
      ['ping', {}],
      ['syncChat', { requestId: 'x' }],
    ]);
  });

  test('carries frames as strings on the same port; neither side trips over the other’s', async () => {
    const { proxy, frames, post, port1 } = connected();
    post('{"t":"host"}');
    port1.postMessage('a string that is nobody’s');
    port1.postMessage(null);
    await expect(proxy.call('ping', {})).resolves.toEqual({ ok: true, value: null });
    post('{"t":"chat"}');
    await vi.waitFor(() => expect(frames).toEqual(['{"t":"host"}', '{"t":"chat"}']));
  });

  test('frames posted while it connects arrive', async () => {
    const { port1, port2 } = new MessageChannel();
    open.push(port1, port2);
    const frames: unknown[] = [];
    port1.onmessage = ({ data }) => frames.push(data);
    serveOnPort(port2, (post) => {
      post('first');
      return { call: async () => ({ ok: true, value: null }), close: () => undefined };
    });
    await vi.waitFor(() => expect(frames).toEqual(['first']));
  });

  test('an answer that cannot be cloned rejects; the line goes on', async () => {
    const { proxy } = connected(async (name) => ({ ok: true, value: name === 'stats' ? () => undefined : null }));
    await expect(proxy.call('stats', {})).rejects.toThrow('Unserializable');
    await expect(proxy.call('ping', {})).resolves.toEqual({ ok: true, value: null });
  });

  test('a tab cannot put another endpoint in its place', async () => {
    const { port1, proxy } = connected();
    port1.postMessage({ id: 'x', type: 'SET', path: ['call'], value: { type: 'RAW', value: 'mine' } });
    await expect(proxy.call('ping', {})).resolves.toEqual({ ok: true, value: null });
  });

  test('close() ends it once: no call comes in, no frame goes out, the port is closed', async () => {
    const call = vi.fn<Connection['call']>(async () => ({ ok: true, value: null }));
    const { session, frames, post, closed, port1, port2 } = connected(call);
    const gone = vi.fn();
    // Node tells that the other side closed; browsers do not.
    (port1 as unknown as EventTarget).addEventListener('close', gone);
    const removed = vi.spyOn(port2, 'removeEventListener');
    port1.postMessage({ id: 'x', type: 'APPLY', path: ['call'], argumentList: [] });
    session.close();
    session.close();
    post('late');
    await vi.waitFor(() => expect(gone).toHaveBeenCalled());
    expect(closed).toHaveBeenCalledTimes(1);
    expect(removed).toHaveBeenCalledWith('message', expect.any(Function));
    expect(call).not.toHaveBeenCalled();
    expect(frames).toEqual([]);
  });

  test('a tab that releases its proxy ends the line', async () => {
    const { proxy, closed } = connected();
    await proxy.call('ping', {});
    proxy[releaseProxy]();
    await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(1));
  });
});
