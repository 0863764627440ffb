import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import { mediaId, type MediaState } from '../protocol/media.ts';
import type { Metric } from '../protocol/metrics.ts';
import type { Client } from './client.ts';
import type { FakeDaemon } from './testing/fake-daemon.ts';
import { CHAT, message, metaOf, openBrowser, patchOf, settle, snapshotOf, until, type BrowserUnderTest, type TabUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
let tab: TabUnderTest;
let client: Client;
let daemon: FakeDaemon;
let told: Metric[];
beforeEach(async () => {
  browser = openBrowser();
  tab = browser.tab();
  told = [];
  client = await tab.connect({ onMetric: (metric) => void told.push(metric) });
  daemon = browser.workers.latest();
});
afterEach(() => browser.close());

const of = (name: Metric['name']): Metric[] => told.filter((metric) => metric.name === name);
const nothing = { rows: [], meta: metaOf(0, 0, { state: 'SYNCING', held: 0, total: 0 }) };

test('connecting is timed from the call on, for onMetric and in the timeline alike', () => {
  expect(told).toEqual([{ name: 'tabcached:connect', startedAtMs: 1_000, durationMs: 0, requestId: null, ok: true }]);
  expect(tab.entries).toEqual([{ name: 'tabcached:connect', startMs: 1_000, endMs: 1_000, detail: { requestId: null, ok: true } }]);
});

describe('opening a chat', () => {
  test('from the cache: until the rows are there, once, however often it is opened again by itself', async () => {
    let answer!: () => void;
    const held = new Promise<void>((resolve) => (answer = resolve));
    daemon.script.openChat = () => held.then(() => JSON.stringify(snapshotOf(1, 1, 3)));
    client.chat(CHAT).subscribe(() => undefined);
    await until(() => daemon.inputs('openChat').length === 1);
    tab.time.advance(7);
    answer();
    await until(() => told.length === 2);
    expect(told[1]).toMatchObject({ name: 'tabcached:open-cache', durationMs: 7, requestId: CHAT, ok: true });
    daemon.post({ t: 'stale', requestIds: [CHAT], tickets: false, outbox: false });
    await until(() => daemon.inputs('openChat').length === 2);
    await settle();
    expect(told).toHaveLength(2);
  });

  test('from the network: until the first rows came', async () => {
    daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 1, 0, nothing));
    const view = client.chat(CHAT);
    view.subscribe(() => undefined);
    await until(() => view.getSnapshot().ready);
    tab.time.advance(40);
    daemon.post(patchOf(2, [message(1)]));
    await until(() => of('tabcached:sync').length === 1);
    expect(told.slice(1)).toEqual([
      { name: 'tabcached:open-network', startedAtMs: 1_000, durationMs: 40, requestId: CHAT, ok: true },
      { name: 'tabcached:sync', startedAtMs: 1_000, durationMs: 40, requestId: CHAT, ok: true },
    ]);
  });

  test('left and opened again later, it is timed again', async () => {
    daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 1, 3));
    client.chat(CHAT).subscribe(() => undefined)();
    const leave = client.chat(CHAT).subscribe(() => undefined);
    await until(() => of('tabcached:open-cache').length === 1);
    leave();
    tab.time.advance(3_000);
    await until(() => daemon.inputs('closeChat').length === 1);
    client.chat(CHAT).subscribe(() => undefined);
    await until(() => of('tabcached:open-cache').length === 2);
    expect(of('tabcached:open-cache')).toMatchObject([{ startedAtMs: 1_000 }, { startedAtMs: 4_000 }]);
  });
});

test('a synchronisation that fails is timed as a failure; one that is given up is not', async () => {
  daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 1, 3));
  client.chat(CHAT).subscribe(() => undefined);
  await until(() => of('tabcached:open-cache').length === 1);
  const say = (version: number, state: 'RESYNCING' | 'FAILED' | 'STALE'): void => daemon.post(patchOf(version, [], { meta: metaOf(1, 3, { state }) }));
  say(2, 'RESYNCING');
  say(3, 'STALE');
  say(4, 'RESYNCING');
  say(5, 'FAILED');
  await until(() => of('tabcached:sync').length > 0);
  await settle();
  expect(of('tabcached:sync')).toMatchObject([{ ok: false, requestId: CHAT }]);
});

describe('sending', () => {
  const id = '33333333-3333-4333-8333-333333333333';
  beforeEach(async () => {
    daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 1, 3));
    client.chat(CHAT).subscribe(() => undefined);
    await until(() => of('tabcached:open-cache').length === 1);
    daemon.script.send = () => ({ clientTempId: id, durable: true, nearlyFull: false });
  });

  test('stored and confirmed are two timings from the same start', async () => {
    await client.chat(CHAT).send({ content: 'hello', clientTempId: id });
    tab.time.advance(25);
    daemon.post(patchOf(2, [message(2 ** 52, { id, clientTempId: id, status: 'pending' })], { meta: metaOf(1, 3) }));
    daemon.post(patchOf(3, [message(4, { clientTempId: id })]));
    await until(() => of('tabcached:send-confirmed').length === 1);
    expect(of('tabcached:send-stored')).toMatchObject([{ durationMs: 0, ok: true }]);
    expect(of('tabcached:send-confirmed')).toMatchObject([{ durationMs: 25, requestId: CHAT, ok: true }]);
    expect(JSON.stringify([told, tab.entries])).not.toContain('hello');
  });

  test('what is refused is a failure, and nothing is confirmed later under its start', async () => {
    daemon.script.send = () => Promise.reject(new TabcachedError('OUTBOX_FULL'));
    await expect(client.chat(CHAT).send({ content: 'hello', clientTempId: id })).rejects.toMatchObject({ code: 'OUTBOX_FULL' });
    expect(of('tabcached:send-stored')).toMatchObject([{ ok: false }]);
    daemon.post(patchOf(2, [message(4, { clientTempId: id })]));
    await settle();
    expect(of('tabcached:send-confirmed')).toEqual([]);
  });
});

test('a page is timed', async () => {
  daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 60, 110));
  daemon.script.loadPage = () => Promise.reject(new TabcachedError('SERVER_FAILED'));
  const view = client.chat(CHAT);
  view.subscribe(() => undefined);
  await until(() => view.getSnapshot().ready);
  await expect(view.loadOlder()).rejects.toMatchObject({ code: 'SERVER_FAILED' });
  expect(of('tabcached:page')).toMatchObject([{ ok: false, requestId: CHAT }]);
});

describe('a file', () => {
  const state = (change: Partial<MediaState>): MediaState => ({
    status: 'queued', progress: 0, thumbnail: false, mimeType: 'image/png', fileSize: 1, pinned: false, passedThrough: false, error: null, ...change,
  });
  const watch = (first: MediaState): void => {
    daemon.script.watchMedia = () => first;
    daemon.script.readMedia = () => ({ blob: new Blob(['x'], { type: 'image/png' }) });
    client.media(CHAT, 'shot.png', { messageId: CHAT }).subscribe(() => undefined);
  };
  const say = (next: MediaState): void => daemon.post({ t: 'media', id: mediaId(CHAT, 'shot.png'), state: next });

  test('that the cache holds', async () => {
    watch(state({ status: 'completed' }));
    await until(() => of('tabcached:media-cache').length === 1);
    expect(JSON.stringify([told, tab.entries])).not.toContain('shot');
  });

  test('that is downloaded, and one that fails', async () => {
    watch(state({}));
    await until(() => daemon.inputs('watchMedia').length === 1);
    await settle();
    tab.time.advance(90);
    say(state({ status: 'completed' }));
    await until(() => of('tabcached:media-network').length === 1);
    expect(of('tabcached:media-network')).toMatchObject([{ durationMs: 90, ok: true }]);
  });

  test('that fails', async () => {
    watch(state({}));
    await until(() => daemon.inputs('watchMedia').length === 1);
    await settle();
    say(state({ status: 'failed', error: { code: 'CORRUPT', message: 'no', retryable: true } }));
    await until(() => of('tabcached:media-network').length === 1);
    expect(of('tabcached:media-network')).toMatchObject([{ ok: false }]);
  });
});

test('the timeline of a desk that is open for days does not grow for ever', async () => {
  daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 60, 110));
  daemon.script.loadPage = () => Promise.reject(new TabcachedError('SERVER_FAILED'));
  const view = client.chat(CHAT);
  view.subscribe(() => undefined);
  await until(() => view.getSnapshot().ready);
  for (let page = 0; page < 205; page += 1) await view.loadOlder().catch(() => undefined);
  expect(of('tabcached:page')).toHaveLength(205);
  expect(tab.entries.filter(({ name }) => name === 'tabcached:page')).toHaveLength(5);
  expect(tab.entries.filter(({ name }) => name === 'tabcached:connect')).toHaveLength(1);
});

test('an observer that throws disturbs nobody', async () => {
  const failed = new Promise((resolve) => process.once('uncaughtException', resolve));
  const other = await browser.tab().connect({
    onMetric: () => {
      throw new Error('observer');
    },
  });
  expect(other.status.getSnapshot().connected).toBe(true);
  await expect(failed).resolves.toMatchObject({ message: 'observer' });
});
