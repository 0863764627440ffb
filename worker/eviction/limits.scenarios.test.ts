import { describe, expect, test } from 'vitest';
import { createRig } from '../testing/rig.ts';
import { someBytes } from '../testing/media-file-server.ts';
import { CHAT, createMediaRig, MESSAGE } from '../testing/media-rig.ts';

const HOUR_MS = 3_600_000;
const CHATS = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];

describe('limits that a person chose', () => {
  test('lower ones evict at once, survive the daemon, and null goes back to those of the application', async () => {
    const rig = await createRig({ settings: { messageBudgetBytes: 1e8 } });
    for (const chat of CHATS) {
      rig.server.createChat(chat);
      for (let i = 1; i <= 40; i++) rig.server.append(chat, `message ${i}`);
    }
    const tab = await rig.openTab();
    for (const chat of CHATS) {
      await tab.open(chat);
      await rig.time.advance(100);
      await tab.call('closeChat', { requestId: chat });
    }
    await rig.time.advance(2 * HOUR_MS);
    const { messagesSize, limits } = await tab.call('cacheUsage', {});
    expect(limits).toEqual({ budgetBytes: 1e8, messageBudgetBytes: 1e8, chosen: { budgetBytes: false, messageBudgetBytes: false }, defaults: { budgetBytes: 1e8, messageBudgetBytes: 1e8 } });
    const half = Math.round(messagesSize / 2);
    expect(await tab.call('cacheLimits', { messageBudgetBytes: half })).toMatchObject({ messageBudgetBytes: half, chosen: { budgetBytes: false, messageBudgetBytes: true } });
    await rig.time.advance(5_000);
    expect((await tab.call('cacheUsage', {})).messagesSize).toBeLessThanOrEqual(half);
    expect((await tab.call('inspect', {})).evictions).toContainEqual(expect.objectContaining({ what: 'messages', reason: 'budget' }));

    await rig.restartDaemon();
    const again = await rig.openTab();
    expect((await again.call('cacheUsage', {})).limits).toMatchObject({ budgetBytes: 1e8, messageBudgetBytes: half });
    expect(await again.call('cacheLimits', { messageBudgetBytes: null })).toMatchObject({ messageBudgetBytes: 1e8, chosen: { messageBudgetBytes: false } });
    expect(await again.call('cacheLimits', {})).toMatchObject({ messageBudgetBytes: 1e8 });
  });

  test('of files: the least recently used go, a pinned one stays', async () => {
    const rig = await createMediaRig({ budgetBytes: 1e6 });
    const tab = rig.openTab();
    for (const name of ['old', 'pinned', 'new']) {
      rig.serve(name, someBytes(1_000, name.charCodeAt(0)));
      await tab.watch(name);
      await rig.settle();
      if (name === 'pinned') await tab.call('pinMedia', { requestId: CHAT, filename: name, messageId: MESSAGE, pinned: true });
      await tab.unwatch(name);
      await rig.time.advance(2 * HOUR_MS);
    }
    await rig.media.limits({ budgetBytes: 2_600 });
    await rig.time.advance(1_000);
    expect(await tab.text('old')).toBeNull();
    expect(await tab.text('pinned')).not.toBeNull();
    expect(await tab.text('new')).not.toBeNull();
    expect(rig.media.evictions()).toEqual([expect.objectContaining({ what: 'file', reason: 'budget', bytes: 1_000 })]);
  });

  test('downloads that are under way are told, and how far they are', async () => {
    const rig = await createMediaRig({ byHand: true });
    const tab = rig.openTab();
    rig.serve('big', someBytes(1_000));
    await tab.watch('big', { fileSize: 1_000 });
    await rig.settle();
    expect(rig.media.downloads()).toEqual([expect.objectContaining({ filename: 'big', status: 'downloading', watchers: 1, pinned: false, error: null })]);
    await rig.requests[0]?.finish();
    await rig.settle();
    expect(rig.media.downloads()).toEqual([]);
  });
});
