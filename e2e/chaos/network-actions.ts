/** What happens to the network in a chaos run. */
import { createRandom, type Random } from '../sim/random.ts';
import { routes, type Fault, type Route } from '../fixtures/fault-rules.ts';
import { pick, type ChaosAction, type WeightedActions } from './action.ts';
import type { ChaosWorld } from './chaos-world.ts';

/** Undone after that time, or when everything is undone. */
function forWhile(world: ChaosWorld, ms: number, undo: () => void): void {
  let done = false;
  const once = (): void => {
    if (!done) undo();
    done = true;
  };
  world.undoLater(once);
  setTimeout(once, ms).unref();
}

const cut: ChaosAction = (world, random) => {
  const ms = 100 + random.int(6_000);
  world.desk.proxy.cut();
  forWhile(world, ms, world.desk.proxy.restore);
  return `the network is cut for ${ms} ms`;
};

const slow: ChaosAction = (world, random) => {
  const [ms, lateMs] = [500 + random.int(5_000), 1 + random.int(700)];
  world.desk.proxy.delay(lateMs);
  forWhile(world, ms, () => world.desk.proxy.delay(0));
  return `everything is ${lateMs} ms later, for ${ms} ms`;
};

const dropLinks: ChaosAction = (world) => {
  world.desk.proxy.dropPush();
  return 'the push links break';
};

const ROUTES: readonly Route[] = [routes.send, routes.send, routes.messages, routes.changes, routes.tickets, routes.findByTempId, routes.markRead];

function drawFault(world: ChaosWorld, random: Random): Fault {
  switch (random.int(8)) {
    case 0:
    case 1:
    case 2:
      return { kind: 'lose-answer' };
    case 3:
      return { kind: 'break' };
    case 4:
      return { kind: 'answer', status: 503 };
    case 5:
      return { kind: 'answer', status: 429, headers: { 'retry-after': '2' } };
    case 6:
      return { kind: 'stall-body', afterBytes: 10 };
    default: {
      const until = new Promise<void>((resolve) => forWhile(world, 300 + random.int(4_000), resolve));
      return { kind: 'hold', until };
    }
  }
}

const spoilRequests: ChaosAction = (world, random) => {
  const route = pick(random, ROUTES);
  const fault = drawFault(world, random);
  const times = 1 + random.int(3);
  world.desk.proxy.fault(route, fault, times);
  return `the next ${times} of ${route.method} ${route.path.source}: ${fault.kind}${fault.kind === 'answer' ? ` ${fault.status}` : ''}`;
};

const spoilFrames: ChaosAction = (world, random) => {
  const { push } = world.desk.proxy;
  const ms = 300 + random.int(4_000);
  const kind = pick(random, ['drop', 'twice', 'mixed', 'reverse', 'hold'] as const);
  if (kind === 'hold') forWhile(world, ms, push.hold());
  else if (kind === 'reverse') {
    push.reverse(2 + random.int(3), (frame) => frame.type === 'change');
    forWhile(world, ms, () => push.reverse(1));
  } else {
    // Drawn from beside, so that the number of frames changes nothing else.
    const own = createRandom(random.int(2 ** 31), 1);
    push.decide((frame) => {
      if (frame.type !== 'change') return 'pass';
      const fate = kind === 'mixed' ? pick(own, ['pass', 'drop', 'twice'] as const) : kind;
      return own.chance(0.6) ? fate : 'pass';
    });
    forWhile(world, ms, () => push.decide(null));
  }
  return `frames: ${kind}, for ${ms} ms`;
};

/** See the head of the file. */
export const networkActions: WeightedActions = [
  [2, cut],
  [3, slow],
  [2, dropLinks],
  [8, spoilRequests],
  [5, spoilFrames],
];
