/**
 * A session at a desk, as the flight recorder has it: for the tests of recording and replay.
 *
 * Owns: what happens in it. It is bundled like the simulator, so that a defective daemon can be recorded.
 */
import { TabcachedError } from '../../protocol/errors.ts';
import type { FlightLine } from '../../protocol/flight.ts';
import { createRig } from '../../worker/testing/rig.ts';

/** The chat that is busy, and another one. */
export const CHAT = '11111111-1111-4111-8111-111111111111';
export const OTHER = '22222222-2222-4222-8222-222222222222';
/** Ids of the messages that are sent. */
export const send = (n: number): string => `33333333-3333-4333-8333-33333333333${n}`;

/** A session with two tabs, others who write, edit and delete, a cut link, a server that fails, and messages of every fate. */
export async function recordSession(): Promise<FlightLine[]> {
  const rig = await createRig();
  for (const chat of [CHAT, OTHER]) {
    rig.server.createChat(chat);
    for (let i = 1; i <= 70; i++) rig.server.append(chat, `old secret ${chat[0]} ${i}`);
  }
  const tab = await rig.openTab();
  await tab.open(CHAT);
  await rig.time.advance(200);
  const second = await rig.openTab();
  await second.open(CHAT);
  await second.open(OTHER);
  await rig.time.advance(200);
  await tab.call('saveDraft', { requestId: CHAT, text: 'half a secret' });
  await tab.call('send', { requestId: CHAT, clientTempId: send(1), content: 'a secret answer' });
  rig.server.append(CHAT, 'a secret question');
  await rig.time.advance(500);
  rig.server.edit(CHAT, 60, 'an edited secret');
  rig.server.remove(CHAT, 61);
  rig.server.skip(CHAT);
  rig.server.append(CHAT, 'after the hole');
  await tab.call('markRead', { requestId: CHAT, upToSequence: 70 });
  await rig.time.advance(2_000);
  rig.server.cut();
  await tab.call('send', { requestId: CHAT, clientTempId: send(2), content: 'sent while offline' });
  await rig.time.advance(3_000);
  rig.server.append(OTHER, 'unheard');
  rig.server.edit(OTHER, 70, 'unheard edit');
  rig.server.restore();
  await rig.time.advance(5_000);
  const asks = { left: 1 };
  rig.server.before = (kind) => {
    if (kind === 'send' && asks.left-- > 0) throw new TabcachedError('REJECTED');
  };
  await second.call('send', { requestId: OTHER, clientTempId: send(3), content: 'refused at first' });
  await rig.time.advance(500);
  await second.call('edit', { operationId: send(3), content: 'corrected' });
  await rig.time.advance(500);
  second.crash();
  await rig.time.advance(1_000);
  await tab.call('loadPage', { requestId: CHAT, direction: 'older', lo: 21, hi: 73, tail: true, limit: 50 });
  await rig.time.advance(20_000);
  return [...(await tab.call('exportFlight', {}))];
}

/** A page of older messages is late: while it is on its way, one of its messages is deleted and another one is edited. */
export async function recordLatePage(): Promise<FlightLine[]> {
  let release = (): void => undefined;
  let late: Promise<void> | null = null;
  const rig = await createRig({
    backend: () => ({
      messages: async (...args) => {
        const page = await rig.server.backend.messages(...args);
        await late;
        return page;
      },
    }),
  });
  rig.server.createChat(CHAT);
  for (let i = 1; i <= 70; i++) rig.server.append(CHAT, `old ${i}`);
  const tab = await rig.openTab();
  await tab.open(CHAT);
  await rig.time.advance(200);
  late = new Promise((resolve) => (release = resolve));
  const page = tab.call('loadPage', { requestId: CHAT, direction: 'older', lo: 21, hi: 70, tail: true, limit: 50 });
  await rig.time.advance(100);
  rig.server.remove(CHAT, 10);
  rig.server.edit(CHAT, 11, 'edited');
  await rig.time.advance(100);
  release();
  await page;
  await rig.time.advance(5_000);
  return [...(await tab.call('exportFlight', {}))];
}
