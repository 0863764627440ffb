import { describe, expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import { sha256, someBytes } from '../testing/media-file-server.ts';
import { CHAT, createMediaRig, expectMediaCounted, MESSAGE, type MediaRig } from '../testing/media-rig.ts';

const MB = 1024 * 1024;
const last = (rig: MediaRig) => rig.requests.at(-1)!;
const hashOf = async (rig: MediaRig, filename: string): Promise<string | null> => {
  const { blob } = await rig.openTab().call('readMedia', { requestId: CHAT, filename });
  return blob ? sha256(new Uint8Array(await blob.arrayBuffer())) : null;
};

describe('downloads', () => {
  test('a file is fetched once however many tabs watch, and each is told the same; a tab that does not watch hears nothing', async () => {
    const rig = await createMediaRig({ byHand: true });
    rig.serve('a.png', someBytes(400_000));
    const tabs = Array.from({ length: 30 }, () => rig.openTab());
    const stranger = rig.openTab();
    for (const tab of tabs) expect(await tab.watch('a.png')).toMatchObject({ progress: 0, passedThrough: false });
    await rig.settle();
    await last(rig).send(100_000);
    await rig.time.advance(200);
    await last(rig).send(100_000);
    expect(tabs.map((tab) => tab.state('a.png'))).toEqual(tabs.map(() => expect.objectContaining({ status: 'downloading', progress: 50, fileSize: 400_000 })));
    await last(rig).finish();
    await rig.settle();
    for (const tab of tabs) expect(tab.state('a.png')).toMatchObject({ status: 'completed', progress: 100, mimeType: 'image/png', fileSize: 400_000, error: null });
    expect(rig.requests).toHaveLength(1);
    expect(stranger.frames).toEqual([]);
    expect(await hashOf(rig, 'a.png')).toBe(rig.files.get('a.png')!.digest);
    expect(await expectMediaCounted(rig.store)).toEqual(expect.objectContaining({ mediaSize: 400_000, mediaCount: 1 }));
  });

  test('progress is told at most every 100 ms, the end at once', async () => {
    const rig = await createMediaRig({ byHand: true });
    rig.serve('a.png', someBytes(100_000));
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.settle();
    for (let part = 0; part < 50; part += 1) {
      await last(rig).send(1_000);
      await rig.time.advance(10);
    }
    const told = tab.frames.length;
    expect(told).toBeGreaterThan(3);
    expect(told).toBeLessThan(9);
    await last(rig).finish();
    expect(tab.state('a.png')?.status).toBe('completed');
  });

  test('three at once; #80 visible ones come before 200 queued, within one place, and scrolling re-orders what waits', async () => {
    const rig = await createMediaRig({ byHand: true });
    const tab = rig.openTab();
    for (let at = 0; at < 200; at += 1) {
      rig.serve(`q${at}`, `queued ${at}`);
      await tab.watch(`q${at}`, { onScreen: false });
    }
    await rig.settle();
    expect(rig.requests.map((request) => request.filename)).toEqual(['q0', 'q1', 'q2']);
    for (const name of ['v0', 'v1', 'v2']) {
      rig.serve(name, `visible ${name}`);
      expect((await tab.watch(name)).status).toBe('queued');
    }
    for (let at = 0; at < 3; at += 1) await rig.requests[at]!.finish();
    expect(rig.requests.slice(3).map((request) => request.filename)).toEqual(['v0', 'v1', 'v2']);
    // Scrolled on: one of those that waited is shown now; another one is wanted more, a third one less.
    await tab.watch('q150', { onScreen: true });
    await tab.watch('q3', { onScreen: false, priority: 'low' });
    await tab.watch('q160', { onScreen: false, priority: 'high' });
    for (let at = 3; at < 6; at += 1) await rig.requests[at]!.finish();
    expect(rig.requests.slice(6).map((request) => request.filename)).toEqual(['q150', 'q160', 'q4']);
  });

  test('what only a hidden tab shows is not on screen', async () => {
    const rig = await createMediaRig({ byHand: true });
    const [hidden, shown] = [rig.openTab({ visible: false }), rig.openTab()];
    for (const name of ['a', 'b', 'c', 'h', 's']) rig.serve(name, name);
    for (const name of ['a', 'b', 'c']) await shown.watch(name);
    await hidden.watch('h');
    await shown.watch('s');
    await rig.requests[0]!.finish();
    expect(last(rig).filename).toBe('s');
  });

  test('#86 a download that nobody watches any more, because tabs closed or crashed, stops, keeps what it has, and goes on from there', async () => {
    const rig = await createMediaRig({ byHand: true });
    rig.serve('a.png', someBytes(3 * MB));
    const [one, two] = [rig.openTab(), rig.openTab()];
    await one.watch('a.png');
    await two.watch('a.png');
    await rig.settle();
    await last(rig).send(MB + 300_000);
    await one.unwatch('a.png');
    await rig.settle();
    expect(last(rig).cancelled).toBe(false);
    two.leave();
    await rig.settle();
    expect(last(rig).cancelled).toBe(true);
    const again = rig.openTab();
    expect(await again.watch('a.png')).toMatchObject({ progress: 42 });
    await rig.settle();
    expect(last(rig).range).toMatchObject({ offset: MB + 300_000, etag: rig.files.get('a.png')!.etag });
    await last(rig).finish();
    await rig.settle();
    expect(again.state('a.png')?.status).toBe('completed');
    expect(await hashOf(rig, 'a.png')).toBe(rig.files.get('a.png')!.digest);
    expect(rig.media.stats()).toMatchObject({ requests: 2, resumed: 1, completed: 1, receivedBytes: 3 * MB });
    await expectMediaCounted(rig.store);
  });

  test('cancel stops it for every tab and forgets what came; retry begins anew', async () => {
    const rig = await createMediaRig({ byHand: true });
    rig.serve('a.png', someBytes(3 * MB));
    const [one, two] = [rig.openTab(), rig.openTab()];
    await one.watch('a.png');
    await two.watch('a.png');
    await rig.settle();
    await last(rig).send(2 * MB);
    await one.call('cancelMedia', { requestId: CHAT, filename: 'a.png' });
    await rig.settle();
    for (const tab of [one, two]) expect(tab.state('a.png')).toMatchObject({ status: 'failed', progress: 0, error: { code: 'CANCELLED' } });
    expect((await expectMediaCounted(rig.store)).mediaSize).toBe(0);
    await rig.time.advance(60_000);
    expect(rig.requests).toHaveLength(1);
    expect((await two.watch('a.png')).status).toBe('failed');
    await two.call('retryMedia', { requestId: CHAT, filename: 'a.png' });
    await rig.settle();
    expect(last(rig).range.offset).toBe(0);
    await last(rig).finish();
    await rig.settle();
    for (const tab of [one, two]) expect(tab.state('a.png')).toMatchObject({ status: 'completed', error: null });
  });

  test('a file that is held is answered without a request, also by the next daemon', async () => {
    const rig = await createMediaRig();
    rig.serve('a.png', 'bytes');
    await rig.openTab().watch('a.png');
    await rig.settle();
    await rig.restart();
    const tab = rig.openTab();
    expect(await tab.watch('a.png')).toMatchObject({ status: 'completed', progress: 100 });
    expect(await tab.text('a.png')).toBe('bytes');
    expect(rig.requests).toHaveLength(1);
  });

  test('a pinned file is fetched without a watcher, listed, and fetched by the next daemon', async () => {
    const rig = await createMediaRig({ byHand: true });
    rig.serve('a.png', 'bytes');
    const tab = rig.openTab();
    expect(await tab.call('pinMedia', { requestId: CHAT, filename: 'a.png', messageId: MESSAGE, pinned: true })).toMatchObject({ pinned: true });
    await rig.settle();
    expect(rig.requests).toHaveLength(1);
    expect(await tab.call('pinnedMedia', {})).toEqual([expect.objectContaining({ filename: 'a.png', held: false })]);
    await rig.restart();
    await rig.settle();
    expect(rig.requests).toHaveLength(2);
    await last(rig).finish();
    await rig.settle();
    const next = rig.openTab();
    expect(await next.call('pinnedMedia', {})).toEqual([expect.objectContaining({ filename: 'a.png', held: true, fileSize: 5 })]);
    expect(await next.call('pinMedia', { requestId: CHAT, filename: 'a.png', messageId: MESSAGE, pinned: false })).toMatchObject({ pinned: false, status: 'completed' });
    expect(await next.call('pinnedMedia', {})).toEqual([]);
    expect(await next.call('cacheSize', {})).toEqual({ totalBytes: 5, limitBytes: 1e9, usagePercent: 0 });
  });

  test('inputs are checked', async () => {
    const tab = (await createMediaRig()).openTab();
    for (const filename of ['', 'x'.repeat(1_001), 'half \ud800']) await expect(tab.watch(filename)).rejects.toMatchObject({ code: 'INVALID' });
    await expect(tab.call('peekMedia' as 'watchMedia', {} as never)).rejects.toMatchObject({ code: 'PROTOCOL_MISMATCH' });
  });
});

describe('#73 going on after a kill', () => {
  /** 60 % of 5 MB are there when the daemon dies. */
  const killed = async (): Promise<MediaRig> => {
    const rig = await createMediaRig({ byHand: true });
    rig.serve('a.png', someBytes(5 * MB));
    await rig.openTab().watch('a.png');
    await rig.settle();
    await last(rig).send(3 * MB);
    await rig.restart();
    return rig;
  };
  const finish = async (rig: MediaRig): Promise<void> => {
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.settle();
    await last(rig).finish();
    await rig.settle();
    expect(tab.state('a.png')?.status).toBe('completed');
    expect(await hashOf(rig, 'a.png')).toBe(rig.files.get('a.png')!.digest);
    expect((await expectMediaCounted(rig.store)).mediaSize).toBe(5 * MB);
  };

  test('D-1 the rest is asked for with the tag, and what was held is hashed again; nothing was visible before', async () => {
    const rig = await killed();
    expect(await hashOf(rig, 'a.png')).toBeNull();
    await finish(rig);
    expect(last(rig).range).toMatchObject({ offset: 3 * MB, etag: rig.files.get('a.png')!.etag });
    expect(last(rig).sent).toBe(2 * MB);
  });

  test('200 instead of 206: from the beginning', async () => {
    const rig = await killed();
    rig.server.ranges = 'ignored';
    await finish(rig);
    expect(last(rig)).toMatchObject({ sent: 5 * MB });
    expect(rig.requests).toHaveLength(2);
  });

  test('416: from the beginning', async () => {
    const rig = await killed();
    rig.server.ranges = 'refused';
    await finish(rig);
    expect(last(rig).range.offset).toBe(0);
  });

  test('another tag: from the beginning, with the new bytes', async () => {
    const rig = await killed();
    rig.serve('a.png', someBytes(5 * MB, 99));
    await finish(rig);
    expect(last(rig).sent).toBe(5 * MB);
  });

  test('a server that sends the rest of another file under another tag is not believed', async () => {
    const rig = await killed();
    const file = rig.serve('a.png', someBytes(5 * MB, 99));
    const lie = { ...file };
    rig.server.before = (_, attempt, range) => {
      // It looks at the range alone.
      file.etag = attempt === 2 ? range.etag : lie.etag;
    };
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.settle();
    await last(rig).finish();
    await rig.settle();
    // The tag was the old one, the bytes were not: the digest tells.
    expect(tab.state('a.png')).toMatchObject({ status: 'queued', error: { code: 'CORRUPT', retryable: true } });
    await rig.time.advance(1_000);
    expect(last(rig).range.offset).toBe(0);
    await last(rig).finish();
    await rig.settle();
    expect(await hashOf(rig, 'a.png')).toBe(lie.digest);
  });

  test('bytes of the part that were damaged on the disk are noticed', async () => {
    const rig = await killed();
    await rig.store.write(['media_blobs'], 'relaxed', async (tx) => {
      const [part] = await tx.getAll('media_blobs');
      await tx.put('media_blobs', { ...part!, data: new Blob([someBytes(part!.size, 5)]) });
    });
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.settle();
    await last(rig).finish();
    await rig.settle();
    expect(tab.state('a.png')).toMatchObject({ status: 'queued', error: { code: 'CORRUPT' } });
    expect(await hashOf(rig, 'a.png')).toBeNull();
    await rig.time.advance(1_000);
    await last(rig).finish();
    await rig.settle();
    expect(await hashOf(rig, 'a.png')).toBe(rig.files.get('a.png')!.digest);
  });

  test('a file whose tag proves nothing is not kept in parts', async () => {
    const rig = await createMediaRig({ byHand: true });
    rig.serve('a.png', someBytes(3 * MB), { etag: 'W/"1"' });
    await rig.openTab().watch('a.png');
    await rig.settle();
    await last(rig).send(2 * MB);
    expect((await expectMediaCounted(rig.store)).mediaSize).toBe(0);
    await last(rig).finish();
    await rig.settle();
    expect(await hashOf(rig, 'a.png')).toBe(rig.files.get('a.png')!.digest);
  });
});

describe('#74 bytes that are not the file', () => {
  test('D-1 the right length with another digest: no file, five attempts, then failed; never served', async () => {
    const rig = await createMediaRig();
    rig.serve('a.png', 'right', { digest: sha256('other') });
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.time.advance(120_000);
    expect(rig.requests).toHaveLength(5);
    expect(tab.state('a.png')).toMatchObject({ status: 'failed', error: { code: 'CORRUPT', retryable: true } });
    expect(tab.frames.some((frame) => frame.state.status === 'completed')).toBe(false);
    expect(await tab.text('a.png')).toBeNull();
    expect((await expectMediaCounted(rig.store)).mediaSize).toBe(0);
    await rig.restart();
    const next = rig.openTab();
    expect(await next.watch('a.png')).toMatchObject({ status: 'failed', error: { code: 'CORRUPT' } });
    await rig.time.advance(120_000);
    expect(rig.requests).toHaveLength(5);
    rig.serve('a.png', 'right');
    await next.call('retryMedia', { requestId: CHAT, filename: 'a.png' });
    await rig.settle();
    expect(await next.text('a.png')).toBe('right');
  });

  test('more bytes than announced end the attempt at once', async () => {
    const rig = await createMediaRig({ byHand: true });
    rig.serve('a.png', someBytes(100), { totalBytes: 100 });
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.settle();
    await last(rig).send(100);
    await last(rig).sendRaw(someBytes(1));
    await rig.settle();
    expect(last(rig).cancelled).toBe(true);
    expect(tab.state('a.png')).toMatchObject({ status: 'queued', error: { code: 'CORRUPT' } });
  });

  test('the size of the message counts when the server names none', async () => {
    const rig = await createMediaRig({ byHand: true });
    rig.serve('a.png', someBytes(200), { totalBytes: null });
    const tab = rig.openTab();
    await tab.watch('a.png', { fileSize: 100 });
    await rig.settle();
    await last(rig).finish();
    expect(tab.state('a.png')).toMatchObject({ status: 'queued', error: { code: 'CORRUPT' } });
  });

  test('a body that ends early is tried again, and goes on from what came', async () => {
    const rig = await createMediaRig({ byHand: true });
    rig.serve('a.png', someBytes(MB * 2));
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.settle();
    await last(rig).send(MB + 100_000);
    last(rig).end();
    await rig.settle();
    expect(tab.state('a.png')).toMatchObject({ status: 'queued', error: { code: 'SERVER_FAILED' } });
    await rig.time.advance(1_000);
    expect(last(rig).range.offset).toBe(MB + 100_000);
    await last(rig).finish();
    await rig.settle();
    expect(await hashOf(rig, 'a.png')).toBe(rig.files.get('a.png')!.digest);
  });

  test('without a digest of the server the length decides, and the file is not marked verified', async () => {
    const rig = await createMediaRig();
    rig.serve('a.png', 'bytes', { digest: null });
    rig.serve('b.png', 'bytes', { digest: null, totalBytes: null });
    const tab = rig.openTab();
    for (const name of ['a.png', 'b.png']) await tab.watch(name);
    await rig.settle();
    for (const name of ['a.png', 'b.png']) expect(await tab.text(name)).toBe('bytes');
    const records = await rig.store.read(['media_meta'], (tx) => tx.getAll('media_meta'));
    expect(records.map(({ isVerified, sha256Hash }) => [isVerified, sha256Hash])).toEqual([[false, null], [false, null]]);
  });
});

describe('failures', () => {
  const failing = async (code: ConstructorParameters<typeof TabcachedError>[0], times = Number.POSITIVE_INFINITY, retryAfterMs?: number) => {
    const rig = await createMediaRig();
    rig.serve('a.png', 'bytes');
    rig.server.before = (_, attempt) => {
      seen.push(rig.time.clock.now());
      if (attempt <= times) throw new TabcachedError(code, undefined, { retryAfterMs });
    };
    const seen: number[] = [];
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.settle();
    return { rig, tab, seen };
  };

  test.each(['NOT_FOUND', 'REJECTED', 'INVALID'] as const)('%s is for good: one attempt, and nothing by itself', async (code) => {
    const { rig, tab, seen } = await failing(code);
    await rig.time.advance(600_000);
    rig.media.wake(true);
    await rig.time.advance(600_000);
    expect(seen).toHaveLength(1);
    expect(tab.state('a.png')).toMatchObject({ status: 'failed', error: { code, retryable: false } });
  });

  test.each(['SERVER_FAILED', 'TIMEOUT'] as const)('%s passes: tried again with growing pauses, five times; a new link begins anew', async (code) => {
    const { rig, tab, seen } = await failing(code, 6);
    expect(tab.state('a.png')).toMatchObject({ status: 'queued', error: { code, retryable: true } });
    await rig.time.advance(600_000);
    expect(seen.slice(1).map((at, index) => at - seen[index]!)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(tab.state('a.png')).toMatchObject({ status: 'failed', error: { code } });
    rig.media.wake(true);
    await rig.time.advance(5_000);
    expect(tab.state('a.png')?.status).toBe('completed');
  });

  test('#82 an address that was refused once is renewed and tried again, without a pause; refused again it is for good', async () => {
    const { rig, tab, seen } = await failing('FORBIDDEN', 1);
    expect(tab.state('a.png')?.status).toBe('completed');
    expect(seen).toHaveLength(2);
    expect(last(rig).range.renew).toBe(true);
    const refused = await failing('FORBIDDEN');
    await refused.rig.time.advance(600_000);
    expect(refused.seen).toHaveLength(2);
    expect(refused.tab.state('a.png')).toMatchObject({ status: 'failed', error: { code: 'FORBIDDEN', retryable: false } });
  });

  test('#46 429 pauses every file for as long as the server says, and counts no attempt', async () => {
    const { rig, tab, seen } = await failing('RATE_LIMITED', 7, 10_000);
    rig.serve('b.png', 'b');
    await tab.watch('b.png');
    rig.media.wake(true);
    await rig.time.advance(9_900);
    expect(seen).toHaveLength(1);
    await rig.time.advance(120_000);
    for (const name of ['a.png', 'b.png']) expect(tab.state(name)?.status).toBe('completed');
  });

  test('offline counts no attempt, pauses all with growing pauses, and ends at once when the link is back', async () => {
    const { rig, tab, seen } = await failing('OFFLINE');
    for (let at = 0; at < 50; at += 1) {
      rig.serve(`f${at}`, `${at}`);
      await tab.watch(`f${at}`);
    }
    await rig.time.advance(600_000);
    // Three places, pauses of up to 8 s.
    expect(rig.requests).toHaveLength(0);
    expect(seen.length).toBeLessThan(300);
    expect(tab.state('a.png')).toMatchObject({ status: 'queued', error: { code: 'OFFLINE' } });
    rig.server.before = () => undefined;
    rig.media.wake(true);
    await rig.settle();
    await rig.time.advance(10);
    expect(tab.state('a.png')?.status).toBe('completed');
  });

  test('nothing is asked before the link has named the user', async () => {
    const rig = await createMediaRig();
    rig.linked = false;
    rig.serve('a.png', 'bytes');
    const tab = rig.openTab();
    expect((await tab.watch('a.png')).status).toBe('queued');
    await rig.time.advance(60_000);
    expect(rig.requests).toHaveLength(0);
    rig.linked = true;
    rig.media.wake(true);
    await rig.settle();
    expect(tab.state('a.png')?.status).toBe('completed');
  });
});

describe('types', () => {
  test.each([
    ['image/png', 'image/png'],
    ['image/webp', 'image/webp'],
    ['image/svg+xml', 'application/octet-stream'],
    ['text/html', 'application/octet-stream'],
    ['application/pdf', 'application/octet-stream'],
    ['', 'application/octet-stream'],
  ])('%s is given to a page as %s, whatever its bytes look like', async (named, given) => {
    const rig = await createMediaRig();
    rig.serve('a.png', '\x89PNG\r\n\x1a\n<svg onload=alert(1)>', { mimeType: named });
    const tab = rig.openTab();
    await tab.watch('a.png', { mimeType: 'image/png' });
    await rig.settle();
    expect(tab.state('a.png')?.mimeType).toBe(given);
    expect((await tab.call('readMedia', { requestId: CHAT, filename: 'a.png' })).blob?.type).toBe(given);
  });
});

test('#77 the budget is full and everything pinned: a new file is passed through once, not cached, evicts nothing, and the stats show it', async () => {
  const rig = await createMediaRig({ budgetBytes: 10_000 });
  rig.serve('kept.png', someBytes(9_500));
  rig.serve('more.png', someBytes(2_000, 7));
  const tab = rig.openTab();
  await tab.call('pinMedia', { requestId: CHAT, filename: 'kept.png', messageId: MESSAGE, pinned: true });
  await rig.time.advance(2 * 60 * 60 * 1000);
  await tab.watch('more.png');
  await rig.time.advance(60 * 60 * 1000);
  expect(tab.state('more.png')).toMatchObject({ status: 'completed', passedThrough: true, fileSize: 2_000 });
  expect((await tab.call('readMedia', { requestId: CHAT, filename: 'more.png' })).blob?.size).toBe(2_000);
  expect(rig.requests.map(({ filename }) => filename)).toEqual(['kept.png', 'more.png']);
  expect(rig.media.stats()).toMatchObject({ completed: 1, passedThrough: 1, evictedFiles: 0 });
  expect(rig.media.evictions()).toEqual([]);
  expect(await expectMediaCounted(rig.store)).toMatchObject({ mediaSize: 9_500, mediaCount: 1 });
});

test('a pin that is let go ends the download that nobody watches', async () => {
  const rig = await createMediaRig({ byHand: true });
  rig.serve('a.png', someBytes(2_000));
  const tab = rig.openTab();
  const pin = (pinned: boolean) => tab.call('pinMedia', { requestId: CHAT, filename: 'a.png', messageId: MESSAGE, pinned });
  await pin(true);
  await rig.settle();
  expect(rig.requests.map(({ cancelled }) => cancelled)).toEqual([false]);
  await pin(false);
  await rig.settle();
  expect(rig.requests.map(({ cancelled }) => cancelled)).toEqual([true]);
  expect(rig.media.downloads()).toEqual([]);
});

test('the browser is asked once to keep what is stored, when the first file is', async () => {
  const rig = await createMediaRig();
  for (const name of ['a.png', 'b.png']) rig.serve(name, `body of ${name}`);
  const tab = rig.openTab();
  await tab.watch('missing.png');
  await rig.settle();
  expect(rig.persistenceAsked()).toBe(0);
  for (const name of ['a.png', 'b.png']) {
    await tab.watch(name);
    await rig.settle();
  }
  expect(rig.persistenceAsked()).toBe(1);
});

test('a file that is at hand is a hit, one that must be fetched a miss; changed hints are no new request', async () => {
  const rig = await createMediaRig({ byHand: true });
  rig.serve('shot.png', someBytes(2_000));
  const tab = rig.openTab();
  await tab.watch('shot.png');
  await tab.watch('shot.png', { onScreen: false });
  expect(rig.asked).toEqual([false]);
  await rig.requests[0]?.finish();
  await rig.settle();
  expect(tab.state('shot.png')?.status).toBe('completed');
  await rig.openTab().watch('shot.png');
  await tab.unwatch('shot.png');
  await tab.watch('shot.png');
  expect(rig.asked).toEqual([false, true, true]);
  await rig.restart();
  await rig.openTab().watch('shot.png');
  expect(rig.asked).toEqual([false, true, true, true]);
});
