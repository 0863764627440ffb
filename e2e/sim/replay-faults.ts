/**
 * What went wrong with recorded requests, as faults for the same requests of a replay.
 *
 * Owns: the translation, request by request of each kind, in their order. Pure. A replay that asks more or other things meets them at other
 * requests.
 */
import type { ErrorCode } from '../../protocol/errors.ts';
import type { Fault, RequestKind } from './network.ts';
import type { LineOf, Recording } from './replay-recording.ts';

const KINDS: { readonly [kind: string]: RequestKind } = { tickets: 'tickets', messages: 'messages', changes: 'changes', send: 'send', findByTempId: 'find', markRead: 'read' };
/** An answer that takes longer is given up. */
const LONGEST_MS = 14_000;

/** The faults of a recording, in the order in which they are to be met. A request that went well is one that took its time. */
export function faultsOf({ events, answers }: Recording, isStored: (clientTempId: string) => boolean): readonly (readonly [RequestKind, Fault])[] {
  const endsAt = events.at(-1)?.at ?? 0;
  return events.flatMap((ask): (readonly [RequestKind, Fault])[] => {
    const kind = ask.t === 'ask' ? KINDS[ask.kind] : undefined;
    if (ask.t !== 'ask' || !kind) return [];
    const answer = answers.get(ask);
    const ms = Math.max(0, Math.min(LONGEST_MS, (answer?.at ?? endsAt) - ask.at));
    const fault = answer?.code ? failureOf(ask, answer, events, answers, isStored, ms) : ({ kind: 'slow', ms } as const);
    return fault ? [[kind, fault]] : [];
  });
}

function failureOf(
  ask: LineOf<'ask'>,
  { code, retryAfterMs }: LineOf<'answer'>,
  events: Recording['events'],
  answers: Recording['answers'],
  isStored: (clientTempId: string) => boolean,
  ms: number,
): Fault | null {
  // Whoever asked lost interest, or the token was replaced: neither is the network's doing.
  if (code === 'CANCELLED') return { kind: 'slow', ms };
  if (code === 'UNAUTHORIZED') return null;
  const id = String(ask.detail['clientTempId']);
  // It reached the server all the same when a later question found it there, before it was sent again.
  const later = events.slice(events.indexOf(ask) + 1).find((event) => event.t === 'ask' && (event.kind === 'send' || event.kind === 'findByTempId') && event.detail['clientTempId'] === id);
  const found = later?.t === 'ask' && later.kind === 'findByTempId' ? Boolean(answers.get(later)?.answer?.rows?.length) : later === undefined;
  const acted = ask.kind === 'send' && isStored(id) && found;
  if (code === 'OFFLINE') return { kind: acted ? 'lost' : 'offline' };
  if (code === 'TIMEOUT') return { kind: acted ? 'lostTimeout' : 'timeout' };
  return { kind: 'refused', code: code as ErrorCode, acted, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
