/**
 * The end of a simulation: everything heals, everybody looks at everything, and then the cache must equal the server.
 *
 * Owns: healing, waiting until nothing happens any more, scrolling through every chat. Does not judge (`check-end.ts`).
 */
import { checkAwake } from './check-sending.ts';
import { PING_MS } from './fill-world.ts';
import { healHost } from './heal-host.ts';
import type { SimChat } from './sim-chat.ts';
import type { World } from './world.ts';

/** Rounds of waiting at most; more means that something never ends. */
const ROUNDS = 60;
const ROUND_MS = 5_000;

/** Waits until a round passes without a request and without anything waiting to be sent by itself. */
export async function idle(world: World): Promise<void> {
  let quiet = 0;
  for (let round = 0; round < ROUNDS && !world.verdict.first(); round++) {
    const before = world.requests();
    await world.time.advance(ROUND_MS);
    quiet = world.requests() === before ? quiet + 1 : 0;
    const waiting = [...world.mirror.queue.values()].some((operation) => operation.status !== 'failed');
    if (quiet >= (waiting ? 26 : 4)) return;
  }
}

async function scroll(world: World, chat: SimChat): Promise<void> {
  for (let page = 0; page < 80 && !world.verdict.first(); page++) {
    const core = chat.core();
    if (!core) return;
    const gap = core.meta.gaps.at(-1);
    const load = gap ? chat.load('gap', gap) : core.window.lo > 1 ? chat.load('older') : core.window.tail ? null : chat.load('newer');
    if (!load) return;
    load.catch(() => undefined);
    await world.time.advance(world.latency.answerMs + 100);
  }
}

/** Heals the world and brings it to rest. */
export async function quiesce(world: World): Promise<void> {
  const { network, wire, durable, server, time } = world;
  network.clearFaults();
  network.restore();
  world.tokenAnswers.clear();
  wire.calm();
  world.media.server.clearFaults();
  world.media.diskBytes = Number.POSITIVE_INFINITY;
  world.media.disk?.calm();
  durable.failWritesUntilAt = 0;
  durable.failReadsUntilAt = 0;
  world.killAt(0, 0);
  for (const chat of server.chats.values()) server.setAccess(chat.id, true);
  for (const tab of [...world.tabs]) if (tab.isFrozen()) tab.thaw();
  if (world.tabs.length === 0) world.openTab();
  if (world.host) await healHost(world, world.host);
  // A daemon on memory stays on memory: the next one has the storage again.
  else if (world.isDegraded()) world.kill(0);
  world.reconnect();
  await time.advance(1_000);
  // A tab that never answers is passed over in time.
  for (let round = 0; round < ROUNDS && !wire.isOpen(); round++) await time.advance(ROUND_MS);
  await checkAwake(world);
  for (const tab of world.tabs) tab.report({ visible: true, focused: true, online: true });
  await idle(world);
  if (world.notices) {
    // Frames that were lost are missed at the next ping: nobody can be told of what they brought before.
    await time.advance(PING_MS);
    await idle(world);
    world.notices.checkStep();
    world.notices.checkRest();
  }
  for (const tab of world.tabs) {
    for (const chat of server.chats.values()) if (!tab.chats.get(chat.id)?.isLive()) tab.openChat(chat.id, 'newest');
  }
  await idle(world);
  // What failed is tried again by a person, until it is through.
  for (let round = 0; round < 12 && world.mirror.queue.size > 0 && !world.verdict.first(); round++) {
    const tab = world.tabs.find((each) => each.isReady());
    for (const operation of world.mirror.queue.values()) {
      if (operation.status !== 'failed') continue;
      const sent = world.sent.all.get(operation.id);
      if (sent) world.sent.decide(sent);
      tab?.call('retry', { operationId: operation.id }).catch(() => undefined);
    }
    await idle(world);
  }
  await idle(world);
  const [first] = world.tabs;
  for (const chat of first?.chats.values() ?? []) await scroll(world, chat);
  await idle(world);
}
