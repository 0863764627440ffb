/**
 * What the server must have been, by what it told in a recording.
 *
 * Owns: the evidence of each chat, put in the order of revisions: what was there before the recording, and what changed since, at the latest
 * when. Pure over a recording; what the server never told is not known here.
 */
import type { FlightGone, FlightRow } from '../../protocol/flight.ts';
import type { Recording, RecordedEvent } from './replay-recording.ts';

/** What a sequence became at a revision. */
export interface Evidence {
  readonly revision: number;
  readonly seq: number;
  /** Null: it is gone. */
  readonly row: FlightRow | null;
  /** At the latest; Unix milliseconds. */
  at: number;
}

/** What is known of a chat. */
export interface ChatTruth {
  readonly requestId: string;
  /** Its revision when the recording began, as far as one can tell. */
  readonly since: number;
  /** It was held by the cache then. */
  readonly held: boolean;
  /** Ascending by revision; each says what its sequence became. */
  readonly evidence: readonly Evidence[];
  /** Sequences that a complete page left out. */
  readonly voids: ReadonlySet<number>;
  readonly head: number;
}

/** Chats of a recording, and where the server contradicts itself. */
export interface Truth {
  readonly chats: readonly ChatTruth[];
  readonly contradictions: readonly { readonly promise: string; readonly text: string }[];
}

const isGone = (change: FlightRow | FlightGone): change is FlightGone => 'gone' in change;

interface Gathered {
  readonly bySeq: Map<string, Evidence>;
  readonly pages: { readonly from: number; readonly to: number }[];
  since: number | null;
  held: boolean;
  head: number;
}

/** Gathers what the server told. */
export function truthOf(recording: Recording): Truth {
  const gathered = new Map<string, Gathered>();
  const contradictions: { promise: string; text: string }[] = [];
  const byTempId = new Map<string, string>();

  const chatOf = (requestId: string): Gathered => {
    const known = gathered.get(requestId) ?? { bySeq: new Map(), pages: [], since: null, held: false, head: 0 };
    gathered.set(requestId, known);
    return known;
  };
  const tell = (requestId: string, change: FlightRow | FlightGone, at: number): void => {
    const chat = chatOf(requestId);
    const seq = isGone(change) ? change.gone : change.seq;
    const row = isGone(change) ? null : change;
    const key = `${seq} ${change.revision}`;
    const known = chat.bySeq.get(key);
    if (known && (known.row?.id !== row?.id || known.row?.text !== row?.text)) {
      contradictions.push({ promise: 'M-1', text: `the recording says two things of ${seq} in chat ${requestId.slice(0, 8)} at revision ${change.revision}` });
    }
    if (known) known.at = Math.min(known.at, at);
    else chat.bySeq.set(key, { revision: change.revision, seq, row, at });
    chat.head = Math.max(chat.head, seq);
    if (row?.clientTempId === undefined) return;
    const id = byTempId.get(row.clientTempId) ?? row.id;
    byTempId.set(row.clientTempId, id);
    if (id !== row.id) contradictions.push({ promise: 'S-1', text: `the message sent as ${row.clientTempId} is on the server twice, as ${id} and ${row.id}` });
  };
  const begin = (requestId: string, revision: number | null | undefined, held: boolean): void => {
    const chat = chatOf(requestId);
    if (chat.since !== null || typeof revision !== 'number') return;
    chat.since = revision;
    chat.held = held;
  };

  const heard = (event: RecordedEvent): void => {
    if (event.t === 'push') {
      const { requestId, row, head = 0 } = event;
      if (requestId === undefined) return;
      begin(requestId, event.previousRevision, false);
      const chat = chatOf(requestId);
      if (row) tell(requestId, row, event.at);
      chat.head = Math.max(chat.head, head);
    }
    const told = recording.answers.get(event)?.answer;
    if (event.t !== 'ask' || !told) return;
    const requestId = String(event.detail['requestId']);
    const rows = told.rows ?? [];
    if (event.kind === 'changes') begin(requestId, Number(event.detail['since']), true);
    if (event.kind === 'messages') {
      begin(requestId, told.revision, event.detail['mode'] !== 'newest');
      const sequences = rows.map((row) => (isGone(row) ? row.gone : row.seq));
      if (told.complete && sequences.length > 0) chatOf(requestId).pages.push({ from: Math.min(...sequences), to: Math.max(...sequences) });
    }
    if (event.kind === 'messages' || event.kind === 'changes') {
      const chat = chatOf(requestId);
      chat.head = Math.max(chat.head, told.head ?? 0);
      // It was so before the question was asked.
      for (const row of rows) tell(requestId, row, event.at - 1);
    } else if (event.kind === 'send' || event.kind === 'findByTempId') {
      const sent = recording.events.find((other) => other.t === 'ask' && other.kind === 'send' && other.detail['clientTempId'] === event.detail['clientTempId']);
      const chat = sent?.t === 'ask' ? String(sent.detail['requestId']) : null;
      if (chat) for (const row of rows) tell(chat, row, event.at);
    }
  };
  for (const event of recording.events) heard(event);

  const chats = [...gathered].map(([requestId, { bySeq, pages, since, held, head }]): ChatTruth => {
    const evidence = [...bySeq.values()].sort((a, b) => a.revision - b.revision || a.seq - b.seq);
    // What came later cannot have been there later than what followed it.
    let latest = Number.POSITIVE_INFINITY;
    for (const each of evidence.toReversed()) each.at = latest = Math.min(latest, each.at);
    const known = new Set(evidence.map(({ seq }) => seq));
    const voids = new Set<number>();
    for (const { from, to } of pages) for (let seq = from; seq <= to; seq += 1) if (!known.has(seq)) voids.add(seq);
    for (const { startSeq, endSeq } of recording.chats.find((chat) => chat.requestId === requestId)?.voids ?? []) {
      for (let seq = startSeq; seq <= Math.min(endSeq, head); seq += 1) if (!known.has(seq)) voids.add(seq);
    }
    return { requestId, since: since ?? evidence[0]?.revision ?? 0, held, evidence, voids, head };
  });
  return { chats, contradictions };
}
