/**
 * The model server made to do what the recorded one did.
 *
 * Owns: its chats as they were when the recording began, and each change after that. The world's server numbers by itself, so recorded sequences
 * are translated; what was never told is filled in with other people's messages. A message that a recorded tab sent is left to the replayed
 * daemon to send.
 */
import type { ChatTruth, Evidence } from './replay-truth.ts';
import { SIM_USER, type World } from './world.ts';

/** Sequences below the head that are filled in; older ones that nobody told are empty. */
const FILLED = 3_000;

/** A chat of the server under replay. */
export interface ReplayChat {
  /** Changes after the recording began, ascending. */
  readonly changes: readonly Evidence[];
  apply(change: Evidence): void;
  /** The world's sequence of a recorded one. */
  sequenceOf(seq: number): number;
}

const authorOf = (from: string | null): string => (from === 'me' ? SIM_USER : (from ?? 'nobody'));

/** Creates the chat at the server, as it was. `isOwn`: a recorded tab sends it. */
export function createReplayChat(world: World, truth: ChatTruth, isOwn: (clientTempId: string) => boolean): ReplayChat {
  const { server } = world;
  const { requestId, since, evidence, voids, head } = truth;
  const sequences = new Map<number, number>();
  const own = new Map<number, string>();
  const before = new Map<number, Evidence>();
  const first = new Map<number, Evidence>();
  for (const each of evidence) {
    if (!first.has(each.seq)) first.set(each.seq, each);
    if (each.revision <= since) before.set(each.seq, each);
  }
  const fresh = [...first.values()].filter(({ seq, revision, row }) => revision > since && row !== null && !row.edited && !before.has(seq)).map(({ seq }) => seq);
  const headBefore = Math.min(head, ...fresh.map((seq) => seq - 1));
  let last = headBefore;

  server.createChat(requestId, `Chat ${requestId.slice(0, 8)}`);
  for (let seq = 1; seq <= headBefore; seq += 1) {
    const known = before.get(seq);
    const isEmpty = known ? known.row === null : voids.has(seq) || (seq < headBefore - FILLED && !first.has(seq));
    if (isEmpty) server.skip(requestId);
    else sequences.set(seq, server.append(requestId, known?.row?.text ?? `not told ${seq}`, known?.row ? authorOf(known.row.from) : 'somebody').sequenceNumber);
  }

  const sequenceOf = (seq: number): number => {
    const sent = own.get(seq);
    const mapped = sequences.get(seq) ?? (sent === undefined ? undefined : server.byTempId(sent)?.sequenceNumber);
    return mapped ?? Math.min(seq, server.chats.get(requestId)?.head ?? seq);
  };
  return {
    changes: evidence.filter(({ revision }) => revision > since),
    sequenceOf,
    apply: ({ seq, row }) => {
      const mapped = sequences.get(seq) ?? (own.has(seq) ? server.byTempId(own.get(seq) ?? '')?.sequenceNumber : undefined);
      if (row === null) {
        if (mapped !== undefined) server.remove(requestId, mapped);
      } else if (mapped !== undefined) {
        if (server.chats.get(requestId)?.messages.get(mapped)?.content !== row.text) server.edit(requestId, mapped, row.text);
      } else {
        for (let hole = last + 1; hole < seq; hole += 1) if (!own.has(hole)) server.skip(requestId);
        last = Math.max(last, seq);
        if (row.clientTempId !== undefined && isOwn(row.clientTempId)) own.set(seq, row.clientTempId);
        else sequences.set(seq, server.append(requestId, row.text, authorOf(row.from)).sequenceNumber);
      }
    },
  };
}
