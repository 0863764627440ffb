import { expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import { createVirtualTime } from '../../worker/testing/virtual-time.ts';
import { createDownloadCheck, type DownloadCheck } from './check-downloads.ts';
import type { SentRequest } from './network.ts';

const ID = 'chat:a.png';
const forbidden = new TabcachedError('FORBIDDEN', undefined, { status: 403 });

function refuse(check: DownloadCheck, life: number, renew: boolean): void {
  const request: SentRequest = { kind: 'media', life, detail: { requestId: 'chat', filename: 'a.png', range: { offset: 0, etag: null, renew } } };
  check.onRequest(request);
  check.onAnswer(request, forbidden);
}

const created = (): DownloadCheck =>
  createDownloadCheck({
    time: createVirtualTime(0, () => Promise.resolve()),
    verdict: { broken: (promise: string, text: string) => { throw new Error(`${promise}: ${text}`); } } as never,
    tabs: () => [],
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
