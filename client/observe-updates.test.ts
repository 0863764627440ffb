import { BroadcastChannel } from 'broadcast-channel';
import { afterEach, describe, expect, test } from 'vitest';
import { updatesChannel } from '../protocol/names.ts';
import type { Update } from '../protocol/updates.ts';
import { observeUpdates } from './observe-updates.ts';
import { settle, until } from './testing/tab.ts';

const update = (n: number): Update => ({ epoch: 'e1', n, at: n, kind: 'tickets', requestIds: [], count: 1, removed: 0 });

describe('observeUpdates', () => {
  const channels: BroadcastChannel<Update>[] = [];
  const publisher = (userId: string): BroadcastChannel<Update> => {
    const channel = new BroadcastChannel<Update>(updatesChannel(userId), { type: 'native', webWorkerSupport: true });
    channels.push(channel);
    return channel;
  };
  afterEach(async () => {
    for (const channel of channels.splice(0)) await channel.close();
  });

  test('hears the updates of its user as plain objects, until it is undone', async () => {
    const anna = publisher('anna');
    const bert = publisher('bert');
    const heard: Update[] = [];
    const undo = observeUpdates('anna', (each) => heard.push(each));
    await until(() => {
      void bert.postMessage(update(90));
      void anna.postMessage(update(1));
      return heard.length > 0;
    });
    expect(heard[0]).toEqual(update(1));
    expect(heard.every((each) => each.n === 1)).toBe(true);
    undo();
    await settle();
    const count = heard.length;
    await anna.postMessage(update(2));
    await settle();
    expect(heard).toHaveLength(count);
  });

  test('undone before the channel is loaded, it never opens', async () => {
    const heard: Update[] = [];
    observeUpdates('anna', (each) => heard.push(each))();
    await settle();
    const anna = publisher('anna');
    await anna.postMessage(update(1));
    await settle();
    expect(heard).toEqual([]);
  });
});
