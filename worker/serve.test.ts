import { wrap } from 'comlink';
import { afterEach, expect, test, vi } from 'vitest';
import type { DaemonEndpoint } from '../protocol/daemon-api.ts';
import { serve } from './serve.ts';

afterEach(() => vi.unstubAllGlobals());

test('outside of a SharedWorker it says where it belongs', () => {
  expect(() => serve({ backend: vi.fn() })).toThrow(expect.objectContaining({ code: 'HOST_UNAVAILABLE' }));
});

test('#99 in a dedicated worker it answers the tab that hosts it', async () => {
  vi.stubGlobal('name', 'not one of ours');
  vi.stubGlobal('DedicatedWorkerGlobalScope', class {});
  vi.stubGlobal('onmessage', null);
  serve({ backend: vi.fn() });
  const { port1, port2 } = new MessageChannel();
  (globalThis as unknown as { onmessage(event: object): void }).onmessage({ ports: [port2] });
  await expect(wrap<DaemonEndpoint>(port1).call('ping', {})).resolves.toMatchObject({ ok: false, error: { code: 'INVALID' } });
  port1.close();
});

test('in a SharedWorker it answers tabs at once, and makes no backend before a tab has said with which settings', async () => {
  vi.stubGlobal('name', 'not one of ours');
  vi.stubGlobal('onconnect', null);
  const backend = vi.fn();
  serve({ backend });
  const { port1, port2 } = new MessageChannel();
  (globalThis as unknown as { onconnect(event: object): void }).onconnect({ ports: [port2] });
  await expect(wrap<DaemonEndpoint>(port1).call('ping', {})).resolves.toMatchObject({ ok: false, error: { code: 'INVALID' } });
  expect(backend).not.toHaveBeenCalled();
  port1.close();
});
