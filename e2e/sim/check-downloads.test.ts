import { expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import { createVirtualTime } from '../../worker/testing/virtual-time.ts';
import { createDownloadCheck, type DownloadCheck } from './check-downloads.ts';
import type { SentRequest } from './network.ts';
import type { SimTab } from './sim-tab.ts';

const ID = 'chat:a.png';
const forbidden = new TabcachedError('FORBIDDEN', undefined, { status: 403 });

function refuse(check: DownloadCheck, life: number, renew: boolean): void {
  const request: SentRequest = { kind: 'media', life, detail: { requestId: 'chat', filename: 'a.png', range: { offset: 0, etag: null, renew } } };
  check.onRequest(request);
  check.onAnswer(request, forbidden);
}

const created = (tabs: readonly SimTab[] = []): DownloadCheck =>
  createDownloadCheck({
    time: createVirtualTime(0, () => Promise.resolve()),
    verdict: { broken: (promise: string, text: string) => { throw new Error(`${promise}: ${text}`); } } as never,
    tabs: () => tabs,
    life: () => 1,
    lifeOf: () => 1,
  });

test('#82 a daemon dies while it writes down that the new address was refused too: that is committed after its death, once', () => {
  const check = created();
  refuse(check, 1, false);
  expect(check.mayGiveUp(ID)).toBe(false);
  refuse(check, 1, true);
  expect(check.mayGiveUp(ID)).toBe(true);
  check.onDaemonDied();
  expect([check.mayGiveUp(ID), check.mayGiveUp(ID)]).toEqual([true, false]);
});

test('#82 the next daemon asks for a new address itself before it gives the file up', () => {
  const check = created();
  refuse(check, 1, false);
  refuse(check, 1, true);
  check.onDaemonDied();
  refuse(check, 2, false);
  expect(check.mayGiveUp(ID)).toBe(false);
  refuse(check, 2, true);
  expect(check.mayGiveUp(ID)).toBe(true);
});

test('#82 a daemon that died before the new address was refused has nothing to give up', () => {
  const check = created();
  refuse(check, 1, false);
  check.onDaemonDied();
  expect(check.mayGiveUp(ID)).toBe(false);
});

test('#80 a file that a person stops need not be fetched first while that is being written down; afterwards what waits is judged again', () => {
  const wish = (filename: string, onScreen: boolean) => ({ requestId: 'chat', filename, onScreen, priority: 'low' });
  const file = (filename: string, onScreen: boolean) => [`chat:${filename}`, { id: `chat:${filename}`, wish: wish(filename, onScreen), told: { status: 'queued', error: null }, toldSince: -9_000, knownSince: -9_000 }] as const;
  const tab = { files: { all: new Map([file('a.png', false), file('shown.png', true)]) }, isReady: () => true, isFrozen: () => false, isVisible: () => true, reportedAt: () => -9_000 };
  const check = created([tab as unknown as SimTab]);
  const stopped = check.onStop('chat:shown.png');
  refuse(check, 1, false);
  stopped();
  expect(() => refuse(check, 1, false)).toThrow('#80');
});
