/**
 * From notifications to frames: what happened, told to every connection that may hear of it.
 *
 * Owns: one notice after the other, in the order of commits, so that the frames of a chat come in the order of its revisions and none is
 * left out. Notices that wait are read together. Does not know sockets.
 */
import type { ChangeFrame } from '../../protocol/index.ts';
import type { Database } from './database.ts';
import { messageColumns, toServerMessage, type MessageRow } from './message-rows.ts';
import { parseNotice, type Notice } from './notify.ts';
import type { Person } from './people.ts';
import { markOf, readState } from './reads.ts';
import { ticketFor } from './tickets.ts';

/** A frame without its number, which each connection gives. */
export type Unnumbered = Readonly<Record<string, unknown>> & { readonly type: string };

/** Who is connected. */
export interface Audience {
  /** Users with at least one connection. */
  people(): readonly Person[];
  /** Sends a frame to all connections of a user. */
  send(userId: string, frame: Unnumbered): void;
}

/** The fan-out of one server process. */
export interface FanOut {
  receive(payload: string): void;
  /** Resolves when everything received so far is sent. */
  drained(): Promise<void>;
}

interface DeletionRow {
  readonly message_id: string;
  readonly sequence_number: number;
  readonly is_internal: boolean;
  readonly revision: number;
}

/** Creates the fan-out. Errors of the database go to `onError`; the connections are told that frames were lost. */
export function createFanOut(database: Database, audience: Audience, onError: (error: unknown) => void): FanOut {
  let waiting: Notice[] = [];
  let running: Promise<void> = Promise.resolve();
  let busy = false;

  const tellChanges = async (requestId: string, revisions: readonly number[]): Promise<void> => {
    const [low, high] = [Math.min(...revisions), Math.max(...revisions)];
    const [request] = await database.query<{ requester_id: string; head_sequence: number }>('select requester_id, head_sequence from requests where id = $1', [requestId]);
    const people = audience.people().filter((person) => person.isTechnician || person.id === request?.requester_id);
    if (!request || people.length === 0) return;
    const messages = await database.query<MessageRow>(
      `select ${messageColumns} from messages m join users s on s.id = m.sender_id where m.request_id = $1 and m.revision between $2 and $3`,
      [requestId, low, high],
    );
    const deletions = await database.query<DeletionRow>(
      'select message_id, sequence_number, is_internal, revision from deletions where request_id = $1 and revision between $2 and $3',
      [requestId, low, high],
    );
    for (const person of people) {
      const lastRead = await markOf(database, person, requestId);
      for (const revision of revisions) {
        const change = changeAt(revision, person, lastRead, messages, deletions);
        audience.send(person.id, {
          type: 'change',
          requestId,
          revision,
          previousRevision: revision - 1,
          headSequence: request.head_sequence,
          ...(change ? { change } : {}),
        });
      }
      const ticket = await ticketFor(database, person, requestId);
      if (ticket) audience.send(person.id, { type: 'ticket', ticket });
    }
  };

  const tellTicket = async (requestId: string): Promise<void> => {
    for (const person of audience.people()) {
      const ticket = await ticketFor(database, person, requestId);
      if (ticket) audience.send(person.id, { type: 'ticket', ticket });
    }
  };

  const tellRead = async (requestId: string, userId: string): Promise<void> => {
    const person = audience.people().find(({ id }) => id === userId);
    if (person) audience.send(userId, { type: 'read', ...(await readState(database, person, requestId)) });
  };

  const tell = async (notices: readonly Notice[]): Promise<void> => {
    const changes = new Map<string, number[]>();
    for (const notice of notices) if (notice.kind === 'change') changes.set(notice.requestId, [...(changes.get(notice.requestId) ?? []), notice.revision]);
    for (const [requestId, revisions] of changes) await tellChanges(requestId, revisions.sort((a, b) => a - b));
    const told = new Set<string>();
    for (const notice of notices) {
      const key = JSON.stringify(notice);
      if (notice.kind === 'change' || told.has(key)) continue;
      told.add(key);
      if (notice.kind === 'ticket') await tellTicket(notice.requestId);
      else if (notice.kind === 'read') await tellRead(notice.requestId, notice.userId);
      else audience.send(notice.userId, { type: 'removed', requestId: notice.requestId });
    }
  };

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const notices = waiting;
      waiting = [];
      try {
        await tell(notices);
      } catch (error) {
        onError(error);
        for (const person of audience.people()) audience.send(person.id, { type: 'lost' });
      }
    }
    busy = false;
  };

  return {
    receive: (payload) => {
      waiting.push(parseNotice(payload));
      if (busy) return;
      busy = true;
      running = drain();
    },
    drained: () => running,
  };
}

/** The change of one revision as one user may see it. A message that was changed again meanwhile is told with its own, later revision. */
function changeAt(revision: number, reader: Person, lastRead: number, messages: readonly MessageRow[], deletions: readonly DeletionRow[]): ChangeFrame['change'] {
  const message = messages.find((row) => row.revision === revision);
  if (message) return message.is_internal && !reader.isTechnician ? undefined : { kind: 'upsert', message: toServerMessage(message, reader, lastRead) };
  const deletion = deletions.find((row) => row.revision === revision);
  if (!deletion || (deletion.is_internal && !reader.isTechnician)) return undefined;
  return { kind: 'delete', deletion: { id: deletion.message_id, sequenceNumber: deletion.sequence_number, revision } };
}
