/**
 * Somebody is online again, or looks again: what waits for the connection alone is tried at once, whatever its pause was to be (S-4).
 *
 * Owns: this check, and when it says nothing: nothing can be demanded while the network, the link, a token, storage or the server are in the way.
 */
import type { OfflineOperation } from '../../protocol/index.ts';
import type { SimTab } from './sim-tab.ts';
import type { World } from './world.ts';

/** Noting an attempt takes a while. */
const WITHIN_MS = 1_000;

/** Is nothing in the way of sending? */
function isClear({ network, wire, durable, media, sent, mirror, time, host, tabs, tokenAnswers, isDegraded, daemonLives }: World): boolean {
  const now = time.clock.now();
  const stored = now >= durable.failWritesUntilAt && now >= durable.failReadsUntilAt && !isDegraded() && host?.workers.isUnwell() !== true && media.diskBytes === Number.POSITIVE_INFINITY;
  const paused = now < sent.mayPauseUntilAt() || [...mirror.queue.values()].some((operation) => operation._errorCode === 'RATE_LIMITED');
  // Without a token there is no link, whatever the server would take.
  const token = !tokenAnswers.areBad() && tabs.every((tab) => !tab.isAsked());
  return token && daemonLives() && network.isUp() && wire.isOpen() && stored && !paused;
}

const isFirst = (operation: OfflineOperation, all: Iterable<OfflineOperation>): boolean =>
  [...all].every((other) => other.type !== operation.type || other.requestId !== operation.requestId || other._order >= operation._order);

/** That tab has just said so. */
export function expectWake(world: World, tab: SimTab): void {
  const { mirror, time, verdict } = world;
  const life = world.life();
  const reportedAt = time.clock.now();
  const queue = [...mirror.queue.values()];
  const waiting = queue.filter((operation) => operation.status === 'pending' && operation._errorCode === 'OFFLINE' && isFirst(operation, queue));
  if (waiting.length === 0 || world.lifeOf(tab) !== life || !isClear(world)) return;
  time.timers.after(WITHIN_MS, () => {
    if (world.life() !== life || !isClear(world)) return;
    for (const operation of waiting) {
      // Whatever became of it since, it was tried.
      if (mirror.queue.get(operation.id) !== operation) continue;
      verdict.broken('S-4', `a ${operation.type} waits for the connection ${time.clock.now() - reportedAt} ms after somebody came online, and nothing is in its way`);
    }
  });
}
