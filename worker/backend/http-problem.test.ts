import { describe, expect, test } from 'vitest';
import type { Backend, OutgoingMessage } from '../../protocol/index.ts';
import { fakeBackendWorld, problemAnswer, type FakeBackendWorld } from '../testing/fake-network.ts';
import { createHttpBackend } from './http-backend.ts';

const CHAT = '5f0a7c1e-6a55-4c2e-9d0e-0123456789ab';
const TEMP = '0f2b4d68-1111-4222-8333-444455556666';
const outgoing: OutgoingMessage = { requestId: CHAT, content: 'hi', isScreenshot: false, screenshotFileName: null, clientTempId: TEMP };
const options = () => ({ signal: new AbortController().signal });

function start(): FakeBackendWorld & { readonly backend: Required<Backend> } {
  const world = fakeBackendWorld();
  return { ...world, backend: createHttpBackend(world.env) as Required<Backend> };
}

describe('refusals', () => {
  const about = (type: string): string => `https://docs.example/problems/${type}`;
  test.each<[number, string, string]>([
    [400, 'about:blank', 'REJECTED'],
    [400, about('invalid'), 'INVALID'],
    [413, 'about:blank', 'REJECTED'],
    [415, 'about:blank', 'REJECTED'],
    [403, 'about:blank', 'FORBIDDEN'],
    [404, 'about:blank', 'NOT_FOUND'],
    [408, 'about:blank', 'SERVER_FAILED'],
    [409, about('duplicate'), 'DUPLICATE'],
    [409, 'urn:problem:duplicate', 'DUPLICATE'],
    [409, about('conflict'), 'REJECTED'],
    [409, 'about:blank', 'REJECTED'],
    [410, 'about:blank', 'NOT_FOUND'],
    [410, about('cursor-expired'), 'CURSOR_EXPIRED'],
    [418, 'about:blank', 'REJECTED'],
    [422, about('ticket-closed'), 'TICKET_CLOSED'],
    [422, 'about:blank', 'REJECTED'],
    [429, 'about:blank', 'RATE_LIMITED'],
    [500, 'about:blank', 'SERVER_FAILED'],
    [503, 'about:blank', 'SERVER_FAILED'],
  ])('%i %s is %s', async (status, type, code) => {
    const { backend, answer, time } = start();
    answer(() => problemAnswer(status, type));
    await expect(backend.send(outgoing, options())).rejects.toMatchObject({ code, status, problem: type, message: `Detail of ${status}.` });
    expect(time.nextAt()).toBeNull();
  });

  test('410 to a cursor means that it is too old, whatever its type', async () => {
    const { backend, answer } = start();
    answer(() => new Response('', { status: 410 }));
    await expect(backend.changes(CHAT, 4, 500, options())).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    await expect(backend.tickets('old', options())).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    await expect(backend.messages(CHAT, { mode: 'newest', limit: 50 }, options())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each(['<html>Bad gateway</html>', '', '[]', 'null', '{"type":7,"detail":{}}'])('a refusal without a problem document still has its status: %s', async (body) => {
    const { backend, answer } = start();
    answer(() => new Response(body, { status: 422 }));
    await expect(backend.send(outgoing, options())).rejects.toMatchObject({ code: 'REJECTED', problem: undefined, message: 'The server answered 422.' });
  });

  test.each<[string, number, Record<string, string>, number | undefined]>([
    ['#46 seconds', 429, { 'Retry-After': '120' }, 120_000],
    ['a date, by the clock here', 429, { 'Retry-After': 'Fri, 16 Jan 2026 09:00:30 GMT' }, 30_000],
    ['a date, by the clock there', 429, { 'Retry-After': 'Fri, 16 Jan 2026 12:00:30 GMT', Date: 'Fri, 16 Jan 2026 12:00:00 GMT' }, 30_000],
    ['none', 429, {}, 5_000],
    ['nonsense', 429, { 'Retry-After': '1.5' }, 5_000],
    ['none at all, in seconds', 429, { 'Retry-After': '0' }, 1_000],
    ['longer than a timer', 429, { 'Retry-After': '99999999999' }, 86_400_000],
    ['with a failure', 503, { 'Retry-After': '7' }, 7_000],
    ['without, with a failure', 503, {}, undefined],
    ['with a refusal', 403, { 'Retry-After': '7' }, undefined],
  ])('a pause: %s', async (_title, status, headers, retryAfterMs) => {
    const { backend, answer } = start();
    answer(() => problemAnswer(status, 'about:blank', headers));
    await expect(backend.send(outgoing, options())).rejects.toMatchObject({ retryAfterMs });
  });

  test('#35 an unknown message is null, any other refusal an error', async () => {
    const { backend, answer } = start();
    answer(() => problemAnswer(404));
    await expect(backend.findByTempId(TEMP, options())).resolves.toBeNull();
    answer(() => problemAnswer(503));
    await expect(backend.findByTempId(TEMP, options())).rejects.toMatchObject({ code: 'SERVER_FAILED' });
  });
});
