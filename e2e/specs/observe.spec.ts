/** `npm run observe`: what a user's cache does, one line of JSON each, from the very first update on. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Update } from 'tabcached/protocol';
import { expect, test } from '../fixtures/test.ts';

const SCRIPT = fileURLToPath(new URL('../observe/observe.mjs', import.meta.url));

function observe(...args: readonly string[]) {
  const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { out: '', err: '' };
  child.stdout.on('data', (part) => void (output.out += String(part)));
  child.stderr.on('data', (part) => void (output.err += String(part)));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines = (): readonly Update[] => output.out.split('\n').slice(0, -1).map((line) => JSON.parse(line) as Update);
  return { child, lines, ended, stderr: () => output.err };
}

test('lines from number 1 on without a hole, without message text; ended by a signal', async ({ desk }) => {
  test.setTimeout(240_000);
  const ticket = await desk.newTicket();
  const observer = observe('--as', desk.technician.username, '--url', desk.proxy.origin, '--ticket', ticket.id);
  try {
    await expect.poll(() => observer.lines().some((update) => update.kind === 'sync' && update.requestId === ticket.id && update.state === 'SYNCED'), { timeout: 60_000 }).toBe(true);
    const reply = await desk.requester.say(ticket.id, 'a secret question');
    await expect.poll(() => observer.lines().some((update) => update.kind === 'messages' && update.sequences.includes(reply.sequenceNumber))).toBe(true);
    expect(observer.lines().map(({ n }) => n)).toEqual(observer.lines().map((_, at) => at + 1));
    expect(JSON.stringify(observer.lines())).not.toContain('secret');
    expect(observer.stderr()).not.toContain('Missed');
  } finally {
    observer.child.kill('SIGINT');
  }
  expect(await observer.ended).toBe(0);
});

test('a script takes as many of a kind as it wants; a desk that is not there ends it with 1', async ({ desk }) => {
  test.setTimeout(240_000);
  await desk.newTicket();
  const observer = observe('--as', desk.technician.username, '--url', desk.proxy.origin, '--kinds', 'tickets', '--count', '1');
  expect(await observer.ended).toBe(0);
  expect(observer.lines()).toEqual([expect.objectContaining({ kind: 'tickets' })]);
  const nowhere = observe('--as', 'nobody', '--url', 'http://127.0.0.1:9');
  expect(await nowhere.ended).toBe(1);
  expect(nowhere.stderr()).toContain('could not be observed');
});
