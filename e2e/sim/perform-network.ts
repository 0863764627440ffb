/** Actions of the network. */
import type { ErrorCode } from '../../protocol/errors.ts';
import type { ActionKind } from './action.ts';
import { REQUEST_KINDS, type Fault, type RequestKind } from './network.ts';
import type { Perform } from './perform.ts';

const REFUSALS: Readonly<Record<(typeof REQUEST_KINDS)[number], readonly ErrorCode[]>> = {
  messages: ['SERVER_FAILED'],
  changes: ['SERVER_FAILED', 'CURSOR_EXPIRED'],
  tickets: ['SERVER_FAILED'],
  send: ['SERVER_FAILED', 'RATE_LIMITED', 'REJECTED', 'TICKET_CLOSED'],
  find: ['SERVER_FAILED'],
  read: ['SERVER_FAILED', 'RATE_LIMITED', 'REJECTED'],
};

function faultOf(kind: (typeof REQUEST_KINDS)[number], b: number, c: number): Fault {
  const page = kind === 'messages' && b % 3 !== 0;
  if (page) return { kind: 'page', page: (['short', 'untrusted', 'short', 'untrusted', 'empty'] as const)[c % 5] as 'short', salt: c };
  switch (b % 7) {
    case 0:
    case 1:
    case 2:
      return { kind: 'slow', ms: c % (c % 5 === 0 ? 20_000 : 1_500) };
    case 3:
      return { kind: 'offline' };
    case 4:
      return { kind: c % 3 === 0 ? 'lostTimeout' : 'lost' };
    case 5:
      return { kind: c % 4 === 0 ? 'timeout' : 'lost' };
    default: {
      const code = REFUSALS[kind][c % REFUSALS[kind].length] as ErrorCode;
      return { kind: 'refused', code, acted: code === 'SERVER_FAILED' && c % 2 === 0, ...(code === 'RATE_LIMITED' ? { retryAfterMs: 1_000 * (1 + (c % 120)) } : {}) };
    }
  }
}

/** See the head of the file. */
export const networkActions = {
  fault: (world, { a, b, c }) => {
    const kind = REQUEST_KINDS[a % REQUEST_KINDS.length] as (typeof REQUEST_KINDS)[number];
    const fault = faultOf(kind, b, c);
    const times = 1 + (c % 3);
    for (let i = 0; i < times; i++) world.network.addFault(kind, fault);
    return `the next ${times} ${kind} requests: ${JSON.stringify(fault)}`;
  },
  overtake: (world, { a, b, c }) => {
    const kind = (['messages', 'messages', 'messages', 'changes', 'changes', 'tickets', 'send'] as const)[a % 7] as RequestKind;
    // A link that breaks has to be back before the answer: what came between is in neither.
    const dropsLink = b % 3 === 0;
    const fault: Fault = { kind: 'overtaken', ms: c % (dropsLink || c % 3 === 0 ? 2_000 : 200), dropsLink, salt: c };
    world.network.addFault(kind, fault);
    return `the next ${kind} request is overtaken: ${JSON.stringify(fault)}`;
  },
  dropLink: (world) => {
    world.network.dropLink();
    return 'the push link breaks';
  },
  frames: (world, { a, b, c }) => {
    const fate = (['drop', 'double', 'late', 'mixed', 'mixed'] as const)[a % 5] as 'drop';
    world.wire.disturb(fate, 1 + (b % 12), c);
    return `the next ${1 + (b % 12)} frames: ${fate}`;
  },
  cut: (world) => {
    if (!world.network.isUp()) return null;
    world.network.cut();
    return 'the network is cut';
  },
  restore: (world) => {
    if (world.network.isUp()) return null;
    world.network.restore();
    return 'the network is back';
  },
  tellLost: (world) => {
    world.server.tellLost();
    return 'the server says that frames were lost';
  },
  expireToken: (world) => {
    world.network.expireToken();
    return 'the token expires';
  },
} satisfies Partial<Record<ActionKind, Perform>>;
