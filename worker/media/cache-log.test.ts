import { expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import { createJournal } from '../journal.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { createFakeOpfs } from '../testing/fake-opfs.ts';
import { createRig } from '../testing/rig.ts';
import { createVirtualTime } from '../testing/virtual-time.ts';
import { createCacheLog } from './cache-log.ts';
import type { FileHost, FilePath } from './file-host.ts';
import { createMedia, mediaSetup } from './media-part.ts';
import { createOpfsFileHost } from './opfs-file-host.ts';

const CHAT = '11111111-1111-4111-8111-111111111111';
const MESSAGE = '33333333-3333-4333-8333-333333333333';
const LOG: FilePath = ['logs', 'cache.log'];
const OLD_LOG: FilePath = ['logs', 'cache.old.log'];
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

type Line = Readonly<Record<string, unknown>>;
const textOf = async (files: FileHost, path: FilePath = LOG): Promise<string> => (await (await files.read(path))?.text()) ?? '';
const linesOf = async (files: FileHost, path: FilePath = LOG): Promise<readonly Line[]> =>
  (await textOf(files, path)).split('\n').filter(Boolean).map((line) => JSON.parse(line) as Line);

function createLog() {
  const opfs = createFakeOpfs();
  const files = createOpfsFileHost(opfs.root);
  const time = createVirtualTime();
  const journal = createJournal(silent, time.clock);
  const start = () => createCacheLog(files, { journal, tokens: { given: new Set() }, store: createMemoryStore(), env: { timers: time.timers } });
  return { opfs, files, time, journal, start, log: journal.log };
}

/** A daemon whose media are files. */
async function fileRig() {
  const opfs = createFakeOpfs();
  const files = createOpfsFileHost(opfs.root);
  const rig = await createRig({ settings: { mediaStore: 'files' }, env: () => ({ openMedia: async (owner) => createMedia(mediaSetup(owner), null, files) }) });
  rig.server.createChat(CHAT);
  for (let i = 1; i <= 5; i++) rig.server.append(CHAT, `message ${i}`);
  return { rig, files };
}

test('lines are collected, what was logged before included, and written as JSON with their level', async () => {
  const { opfs, files, time, start, log } = createLog();
  log.warn('before the files were open', { bytes: 5 });
  start();
  log.info('stored');
  log.debug('detail');
  expect(opfs.writes()).toBe(0);
  await time.advance(2_000);
  expect(await linesOf(files)).toEqual([
    { at: '2026-01-16T09:00:00.000Z', level: 'warn', event: 'before the files were open', bytes: 5 },
    { at: '2026-01-16T09:00:00.000Z', level: 'info', event: 'stored' },
  ]);
  const writes = opfs.writes();
  log.debug('nothing that is worth a write');
  await time.advance(60_000);
  expect(opfs.writes()).toBe(writes);
});

test('a line of a call brings the call’s own lines along, once', async () => {
  const { files, time, start, log, journal } = createLog();
  start();
  journal.note('call', { id: 'tab-1', name: 'send', input: { clientTempId: MESSAGE } });
  log.debug('call', { name: 'send', trace: 'tab-1' });
  log.debug('call', { name: 'inspect', trace: 'tab-2' });
  log.debug('attempt', { operationId: MESSAGE });
  log.info('another matter');
  await time.advance(2_000);
  log.info('attempt failed', { operationId: MESSAGE });
  await time.advance(2_000);
  log.info('attempt failed', { operationId: MESSAGE });
  await time.advance(2_000);
  const lines = await linesOf(files);
  expect(lines.map(({ event }) => event)).toEqual(['another matter', 'call', 'attempt', 'attempt failed', 'attempt failed']);
  expect(lines.slice(1).every(({ trace }) => trace === 'tab-1')).toBe(true);
});

test('the file is bounded: past a megabyte it is set aside once, in slices, and no single line is long', async () => {
  const { opfs, files, time, start, log } = createLog();
  start();
  for (let turn = 0; turn < 12; turn++) {
    for (let i = 0; i < 500; i++) log.warn('file not fetched', { id: i, message: 'x'.repeat(turn === 0 ? 100_000 : 600) });
    await time.advance(2_000);
  }
  const sizes = await Promise.all([LOG, OLD_LOG].map((path) => files.sizeBytes(path)));
  for (const size of sizes) expect(size).toBeLessThan(1024 * 1024 + 70 * 1024);
  expect((await files.list(['logs'])).map(({ name }) => name).sort()).toEqual(['cache.log', 'cache.old.log']);
  expect(opfs.writes()).toBeGreaterThan(12 * 4);
  expect((await linesOf(files)).at(-1)).toMatchObject({ id: 499 });
  expect((await linesOf(files, OLD_LOG)).every(({ message }) => String(message).length <= 501)).toBe(true);
});

test('what cannot be written troubles nobody and is written with the next line', async () => {
  const { opfs, files, time, start, log } = createLog();
  const cacheLog = start();
  opfs.quotaBytes = 0;
  log.warn('disk is full');
  await time.advance(2_000);
  expect(await textOf(files)).toBe('');
  opfs.quotaBytes = 1e6;
  log.info('writes succeed again');
  await cacheLog.close();
  expect((await linesOf(files)).map(({ event }) => event)).toEqual(['disk is full', 'writes succeed again']);
  log.info('after the end');
  await time.advance(60_000);
  expect(await linesOf(files)).toHaveLength(2);
});

test('the whole daemon’s log is in logs/cache.log where media are files: a refused message with its call, without its text and the token', async () => {
  const { rig, files } = await fileRig();
  const tab = await rig.openTab();
  await tab.call('giveToken', { requestNumber: 9, token: 'a-token-that-nobody-may-see' });
  await tab.open(CHAT);
  await rig.time.advance(4_000);
  rig.server.before = (kind) => {
    if (kind === 'send') throw new TabcachedError('REJECTED', 'Not allowed for a-token-that-nobody-may-see: "secret words".');
    if (kind === 'tickets') throw new TabcachedError('SERVER_FAILED', 'Bearer a-token-that-nobody-may-see');
  };
  await tab.call('send', { requestId: CHAT, clientTempId: MESSAGE, content: 'secret words' });
  rig.server.cut();
  await rig.time.advance(1_000);
  rig.server.restore();
  await rig.time.advance(10_000);
  const lines = await linesOf(files);
  const failed = lines.find(({ event }) => event === 'attempt failed');
  expect(failed).toMatchObject({ level: 'info', code: 'REJECTED', operationId: MESSAGE, trace: expect.stringMatching(/^.{1,6}-\d+$/) });
  expect(lines).toContainEqual(expect.objectContaining({ level: 'debug', event: 'call', name: 'send', trace: failed?.['trace'] }));
  expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', event: 'tickets not fetched' }));
  const text = await textOf(files);
  expect(text).not.toContain('secret words');
  expect(text).not.toContain('a-token');
});

test('texts that wait and tokens are cut out however long ago they were given', async () => {
  const { rig, files } = await fileRig();
  const tab = await rig.openTab();
  await tab.call('giveToken', { requestNumber: 9, token: 'a-token-that-nobody-may-see' });
  await tab.open(CHAT);
  rig.server.before = (kind) => {
    if (kind === 'send') throw new TabcachedError('SERVER_FAILED');
  };
  await tab.call('send', { requestId: CHAT, clientTempId: MESSAGE, content: 'secret words' });
  // Notes of this are forgotten after so many others.
  for (let i = 0; i < 6_500; i++) await tab.call('report', { visible: true, focused: true, online: true });
  await tab.call('verifyChat', { requestId: CHAT });
  rig.server.before = (kind) => {
    if (kind === 'messages' || kind === 'changes') throw new TabcachedError('INTERNAL', 'a-token-that-nobody-may-see wanted "secret words"');
  };
  await tab.call('loadPage', { requestId: CHAT, direction: 'gap', lo: 1, hi: 5, tail: true, gap: { startSeq: 1, endSeq: 1 }, limit: 5 }).catch(() => undefined);
  await rig.time.advance(10_000);
  const exported = JSON.stringify(await tab.call('exportLog', {}));
  for (const text of [await textOf(files), exported]) {
    expect(text).toContain(' wanted ');
    expect(text).not.toContain('secret words');
    expect(text).not.toContain('a-token');
  }
});
