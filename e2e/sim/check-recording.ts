/**
 * The recorded daemon's own claims, checked against what the server told it: before anything is replayed.
 *
 * Owns: these checks. They find what a defect did to the daemon that was recorded, also when today's daemon has that defect no more.
 */
import type { ServerMessage } from '../../protocol/index.ts';
import { emptyModelChat, type ModelChat } from '../../worker/testing/model-chat.ts';
import { checkClaim, inside } from './check-stored.ts';
import type { LineOf, Recording } from './replay-recording.ts';
import type { ChatTruth, Truth } from './replay-truth.ts';
import type { Verdict } from './violation.ts';

/** A send that was begun this close to the end may not have been answered yet. */
const UNANSWERED_MS = 15_000;

/** The chat as a model's, with the revisions and sequences that were recorded. */
function modelOf({ requestId, evidence, head }: ChatTruth): ModelChat {
  const chat = emptyModelChat(requestId, requestId);
  chat.head = head;
  for (const { seq, revision, row } of evidence) {
    const message = row && ({ id: row.id, sequenceNumber: seq, revision, content: row.text } as ServerMessage);
    chat.versions.set(seq, [...(chat.versions.get(seq) ?? []), { revision, message, hidden: false }]);
    chat.revision = Math.max(chat.revision, revision);
  }
  return chat;
}

function checkChat(chat: LineOf<'chat'>, truth: ChatTruth | undefined, verdict: Verdict): void {
  const who = `the recorded cache of chat ${chat.requestId.slice(0, 8)}`;
  const bySeq = new Map(chat.rows.map((row) => [row.seq, row]));
  if (bySeq.size !== chat.rows.length) verdict.broken('H-1', `${who}: two rows at one sequence`);
  // Of a long chat only the newest rows are in the recording.
  const lo = Math.max(chat.floor, chat.rows[0]?.seq ?? chat.watermark + 1);
  if (chat.floor > 0) {
    for (let seq = lo; seq <= chat.watermark; seq += 1) {
      const kinds = [bySeq.has(seq), inside(chat.gaps, seq), inside(chat.voids, seq)].filter(Boolean).length;
      if (kinds === 1) continue;
      verdict.broken('H-1', `${who}: ${seq} of ${lo}..${chat.watermark} is ${kinds === 0 ? 'neither row, nor gap, nor void' : 'more than one of row, gap and void'}`);
    }
  }
  if (!truth || chat.revision === null || chat.floor === 0) return;
  const model = modelOf(truth);
  checkClaim(
    {
      who,
      revision: chat.revision,
      lo,
      hi: chat.watermark,
      gaps: chat.gaps,
      unverified: chat.unverified,
      // Of what the server never told in the recording, nothing can be said.
      sequences: [...bySeq.keys()].filter((seq) => model.versions.has(seq)),
      rowAt: (seq) => {
        const row = bySeq.get(seq);
        return row && { id: row.id, _revision: row.revision, content: row.text };
      },
    },
    model,
    verdict,
  );
}

/** Checks a recording. */
export function checkRecording(recording: Recording, truth: Truth, verdict: Verdict): void {
  for (const { promise, text } of truth.contradictions) verdict.broken(promise, text);
  for (const chat of recording.chats) checkChat(chat, truth.chats.find(({ requestId }) => requestId === chat.requestId), verdict);

  const { events, failed, operations } = recording;
  const endsAt = events.findLast((event): event is LineOf<'flight'> => event.t === 'flight')?.exportedAt ?? 0;
  const known = new Set(truth.chats.flatMap(({ evidence }) => evidence.flatMap(({ row }) => row?.clientTempId ?? [])));
  const waiting = new Set(operations.map(({ id }) => id));
  const calls = events.filter((event): event is LineOf<'call'> => event.t === 'call');
  const discarded = new Set(calls.filter((call) => call.name === 'discard' && !failed.has(call)).map(({ input }) => input['operationId']));
  const lastStart = events.findLastIndex((event) => event.t === 'flight');
  for (const call of calls) {
    const id = String(call.input['clientTempId']);
    if (call.name !== 'send' || failed.has(call) || known.has(id) || waiting.has(id) || discarded.has(id) || endsAt - call.at < UNANSWERED_MS) continue;
    // What was accepted by a daemon that died before it stored it is the next one's to tell; only one recording cannot say.
    if (events.indexOf(call) < lastStart) continue;
    verdict.broken('S-4', `the message sent as ${id} was accepted; it is neither on the server nor in the outbox`);
  }
}
