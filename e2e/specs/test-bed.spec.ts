/** The test bed itself, on a page of its own: what the other specs rely on must hold without tabcached. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { crashTab } from '../fixtures/crash-tab.ts';
import { controlDaemons } from '../fixtures/daemon-control.ts';

const workerScript = `
  const life = Math.random();
  navigator.locks.request('lease', () => new Promise(() => {}));
  onconnect = ({ ports: [port] }) => { port.onmessage = () => port.postMessage(life); };
`;
const pageScript = `
  navigator.locks.request('tab-' + Math.random(), () => new Promise(() => {}));
  globalThis.ask = () => new Promise((resolve) => {
    const { port } = new SharedWorker('/worker.js', { name: 'bed', extendedLifetime: true });
    port.onmessage = ({ data }) => resolve(data);
    port.postMessage('?');
  });
`;
const ask = (): Promise<number> => (globalThis as unknown as { ask(): Promise<number> }).ask();
const gone = (): Promise<string> => navigator.locks.request('lease', { mode: 'shared' }, () => 'gone');

let server: Server;
let origin: string;

test.beforeAll(async () => {
  server = createServer(({ url }, outgoing) => {
    const isWorker = url === '/worker.js';
    outgoing.setHeader('content-type', isWorker ? 'text/javascript' : 'text/html');
    outgoing.end(isWorker ? workerScript : `<!doctype html><script>${pageScript}</script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
test.afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('test bed: a killed worker is gone at once, and the next one is not paused', async ({ browser, context }) => {
  const tabs = [await context.newPage(), await context.newPage()];
  for (const tab of tabs) await tab.goto(origin);
  const daemons = await controlDaemons(browser, context);
  const lives = await Promise.all(tabs.map((tab) => tab.evaluate(ask)));
  expect(new Set(lives).size).toBe(1);
  expect(await daemons.list()).toHaveLength(1);
  expect(await daemons.evaluate<number>('Promise.resolve(life)')).toBe(lives[0]);

  const noticed = tabs.map((tab) => tab.evaluate(gone));
  await daemons.kill();
  expect(await Promise.all(noticed)).toEqual(['gone', 'gone']);
  const next = await Promise.all(tabs.map((tab) => tab.evaluate(ask)));
  expect(new Set(next).size).toBe(1);
  expect(next[0]).not.toBe(lives[0]);
  await daemons.close();
});

test('test bed: an offline worker cannot fetch; online again it can', async ({ browser, context }) => {
  const tab = await context.newPage();
  await tab.goto(origin);
  await tab.evaluate(ask);
  const daemons = await controlDaemons(browser, context);
  const fetched = `fetch('/').then(() => 'fetched', () => 'failed')`;
  const goOnline = await daemons.goOffline();
  expect(await daemons.evaluate(fetched)).toBe('failed');
  await goOnline();
  expect(await daemons.evaluate(fetched)).toBe('fetched');
  await daemons.close();
});

test('test bed: a crashed tab gives back its locks, and its neighbour stays', async ({ context }) => {
  const [first, second] = [await context.newPage(), await context.newPage()];
  await first.goto(origin);
  await second.goto(origin);
  const tabLocks = (): Promise<number> =>
    second.evaluate(async () => ((await navigator.locks.query()).held ?? []).filter(({ name }) => name?.startsWith('tab-')).length);
  await expect.poll(tabLocks).toBe(2);
  await crashTab(first);
  await expect.poll(tabLocks).toBe(1);
});
