import { describe, expect, test } from 'vitest';
import type { Backend, PushEvents as BackendEvents } from '../protocol/index.ts';
import { createPush } from './push.ts';
import { createVirtualTime } from './testing/virtual-time.ts';

function openLink() {
  const time = createVirtualTime();
  const links: { readonly events: BackendEvents; closed: boolean }[] = [];
  const backend = {
    openPush: (events) => {
      const link = { events, closed: false };
      links.push(link);
      return { wake: () => undefined, close: () => void (link.closed = true) };
    },
  } as Pick<Backend, 'openPush'> as Backend;
  const wrong: string[] = [];
  const ignore = (): void => undefined;
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const push = createPush(backend, 'anna', { timers: time.timers, log }, { onAttached: ignore, onDetached: ignore, onLost: ignore, onChange: ignore, onTicket: ignore, onRemoved: ignore, onRead: ignore, onWrongUser: (named) => void wrong.push(named) });
  push.open();
  return { time, push, links, wrong };
}

describe('T-5 a link that is welcomed as another user', () => {
  test('is closed at once, and tabs are asked again a minute later, though nobody comes', async () => {
    const { time, push, links, wrong } = openLink();
    links[0]?.events.onOpen('bert');
    expect([push.attached(), push.count(), links[0]?.closed, wrong]).toEqual([false, 0, true, ['bert']]);
    await time.advance(59_999);
    expect(links).toHaveLength(1);
    await time.advance(1);
    expect(links).toHaveLength(2);
    links[1]?.events.onOpen('anna');
    expect([push.attached(), push.count()]).toEqual([true, 1]);
    await time.advance(600_000);
    expect(links).toHaveLength(2);
  });

  test('is opened again when somebody comes back or is online, and not after the end', async () => {
    const { time, push, links } = openLink();
    links[0]?.events.onOpen('bert');
    push.wake();
    expect(links).toHaveLength(2);
    links[1]?.events.onOpen('bert');
    push.close();
    push.wake();
    await time.advance(600_000);
    expect(links).toHaveLength(2);
  });
});
