/**
 * What the frames of a push link say, and to whom.
 *
 * Owns: that nobody is told more than he may see, and that every revision has a frame. Does not know when frames are sent.
 */
import type { ChangeFrame } from '../../protocol/index.ts';
import type { Queries } from './database.ts';
import type { Unnumbered } from './fan-out.ts';
import { messageColumns, toServerMessage, type MessageRow } from './message-rows.ts';
import type { Person } from './people.ts';
import { markOf, readState } from './reads.ts';
import { allTickets, lostTickets, ticketFor } from './tickets.ts';

interface DeletionRow {
  readonly message_id: string;
  readonly sequence_number: number;
  readonly is_internal: boolean;
  readonly revision: number;
}

/** What happened at each of some revisions of a chat. */
interface History {
  readonly messages: ReadonlyMap<number, MessageRow>;
  readonly deletions: ReadonlyMap<number, DeletionRow>;
  /** `userId revision` of those whose access changed there. */
  readonly breaks: ReadonlySet<string>;
}

const byRevision = <T extends { readonly revision: number }>(rows: readonly T[]): Map<number, T> => new Map(rows.map((row) => [row.revision, row]));

async function historyOf(db: Queries, requestId: string, low: number, high: number): Promise<History> {
  const between = [requestId, low, high];
  const messages = await db.query<MessageRow>(
    `select ${messageColumns} from messages m join users s on s.id = m.sender_id where m.request_id = $1 and m.revision between $2 and $3`,
    between,
  );
  const deletions = await db.query<DeletionRow>(
    'select message_id, sequence_number, is_internal, revision from deletions where request_id = $1 and revision between $2 and $3',
    between,
  );
  const breaks = await db.query<{ key: string }>(
    `select user_id || ' ' || revision as key from access_changes where request_id = $1 and revision between $2 and $3`,
    between,
  );
  return { messages: byRevision(messages), deletions: byRevision(deletions), breaks: new Set(breaks.map(({ key }) => key)) };
}

/** Tells some revisions of a chat, ascending, and the ticket as it is now, to each of these people who may see it. */
export async function changeFrames(
  db: Queries,
  people: readonly Person[],
  requestId: string,
  revisions: readonly number[],
  send: (userId: string, frame: Unnumbered) => void,
): Promise<void> {
  const [request] = await db.query<{ requester_id: string; head_sequence: number }>('select requester_id, head_sequence from requests where id = $1', [requestId]);
  const readers = people.filter((person) => person.isTechnician || person.id === request?.requester_id);
  if (!request || readers.length === 0) return;
  const history = await historyOf(db, requestId, revisions[0] ?? 0, revisions.at(-1) ?? 0);
  for (const person of readers) {
    const lastRead = await markOf(db, person, requestId);
    for (const revision of revisions) {
      const change = changeAt(revision, person, lastRead, history);
      // Where his view changed as a whole, the chain must not be followed: the frame links to itself, so that he asks, and is told 410.
      const previousRevision = history.breaks.has(`${person.id} ${revision}`) ? revision : revision - 1;
      send(person.id, { type: 'change', requestId, revision, previousRevision, headSequence: request.head_sequence, ...(change ? { change } : {}) });
    }
    const ticket = await ticketFor(db, person, requestId);
    if (ticket) send(person.id, { type: 'ticket', ticket });
  }
}

/**
 * The change of one revision as one user may see it. Of a message that was changed again meanwhile nothing is told here: its later
 * revision has a frame too.
 */
function changeAt(revision: number, reader: Person, lastRead: number, { messages, deletions }: History): ChangeFrame['change'] {
  const message = messages.get(revision);
  if (message) return message.is_internal && !reader.isTechnician ? undefined : { kind: 'upsert', message: toServerMessage(message, reader, lastRead) };
  const deletion = deletions.get(revision);
  if (!deletion || (deletion.is_internal && !reader.isTechnician)) return undefined;
  return { kind: 'delete', deletion: { id: deletion.message_id, sequenceNumber: deletion.sequence_number, revision } };
}

/** A user's read mark. */
export const readFrame = async (db: Queries, person: Person, requestId: string): Promise<Unnumbered> => ({ type: 'read', ...(await readState(db, person, requestId)) });

/** What somebody lost and has, after his role changed. */
export async function roleFrames(db: Queries, person: Person): Promise<Unnumbered[]> {
  const removed = (await lostTickets(db, person)).map((requestId): Unnumbered => ({ type: 'removed', requestId }));
  const tickets = (await allTickets(db, person)).map((ticket): Unnumbered => ({ type: 'ticket', ticket }));
  return [...removed, ...tickets];
}
