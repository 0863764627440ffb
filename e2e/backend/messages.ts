/**
 * Writing messages: sending, editing, deleting.
 *
 * Owns: sequence and revision are taken under the lock of the chat's row, in the change's own transaction; a message is stored once
 * per author and `clientTempId`. Does not know HTTP.
 */
import type { ServerMessage } from '../../protocol/index.ts';
import { CLOSED, requestFor } from './access.ts';
import { isUniqueViolation, type Database, type Queries } from './database.ts';
import { messageColumns, toServerMessage, type MessageRow } from './message-rows.ts';
import { notify } from './notify.ts';
import type { Person } from './people.ts';
import { Problem } from './problem.ts';
import { moveMark } from './reads.ts';

/** A message to be stored. */
export interface NewMessage {
  readonly requestId: string;
  readonly content: string;
  readonly isScreenshot?: boolean;
  readonly screenshotFileName?: string | null;
  readonly clientTempId?: string | null;
  readonly isInternal?: boolean;
}

/** Longest preview in a ticket, in characters. */
const PREVIEW_LENGTH = 120;

const selectOne = async (db: Queries, where: string, parameters: readonly unknown[]): Promise<MessageRow | undefined> =>
  (await db.query<MessageRow>(`select ${messageColumns} from messages m join users s on s.id = m.sender_id where ${where}`, parameters))[0];

/** The author's own message of that id, or undefined. `not-found` when he may not see its request any more. */
export async function findByTempId(db: Queries, author: Person, clientTempId: string): Promise<ServerMessage | undefined> {
  const row = await selectOne(db, 'm.sender_id = $1 and m.client_temp_id = $2', [author.id, clientTempId]);
  if (!row) return undefined;
  await requestFor(db, author, row.request_id);
  return toServerMessage(row, author, row.sequence_number);
}

/** Stores a message in a transaction of the caller's. */
export async function appendMessage(tx: Queries, author: Person, message: NewMessage): Promise<ServerMessage> {
  const request = await requestFor(tx, author, message.requestId, true);
  if (request.status_id === CLOSED) throw new Problem('ticket-closed', 'The ticket is closed; it takes no more messages.');
  if (message.isInternal && !author.isTechnician) throw new Problem('forbidden', 'Only technicians write internal notes.');
  if (message.clientTempId) {
    const [deleted] = await tx.query('select 1 from deletions where sender_id = $1 and client_temp_id = $2', [author.id, message.clientTempId]);
    if (deleted) throw new Problem('message-deleted');
  }
  const sequence = request.head_sequence + 1;
  const revision = request.revision + 1;
  await tx.query(
    `update requests set head_sequence = $2, revision = $3, last_message_at = now(), changed_xid = pg_current_xact_id(),
     last_message_preview = case when $5 then last_message_preview else $4 end where id = $1`,
    [message.requestId, sequence, revision, [...message.content].slice(0, PREVIEW_LENGTH).join(''), message.isInternal ?? false],
  );
  const [inserted] = await tx.query<{ id: string }>(
    // What is known of a file that was stored before: its name, size and type go with the message that names it.
    `insert into messages (request_id, sequence_number, sender_id, content, is_internal, is_screenshot, screenshot_file_name, client_temp_id, revision,
       file_name, file_size, file_mime_type)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, file.filename, file.size, file.mime_type
     from (select 1) as one left join media as file on file.request_id = $1 and file.filename = $7 returning id`,
    [message.requestId, sequence, author.id, message.content, message.isInternal ?? false, message.isScreenshot ?? false, message.screenshotFileName ?? null, message.clientTempId ?? null, revision],
  );
  await moveMark(tx, author, message.requestId, sequence);
  await notify(tx, { kind: 'change', requestId: message.requestId, revision });
  await notify(tx, { kind: 'read', requestId: message.requestId, userId: author.id });
  return toServerMessage((await selectOne(tx, 'm.id = $1', [inserted?.id])) as MessageRow, author, sequence);
}

/**
 * Stores a message once per `clientTempId`; `created` is false when it was there already. `message-deleted` when it was, and somebody
 * deleted it: repeating an attempt must not bring it back.
 */
export async function sendMessage(database: Database, author: Person, message: NewMessage): Promise<{ message: ServerMessage; created: boolean }> {
  const known = await knownMessage(database, author, message);
  if (known) return { message: known, created: false };
  try {
    return await database.transaction('write', async (tx) => {
      await requestFor(tx, author, message.requestId, true);
      // Looked for again under the lock: while this attempt waited, an earlier one may have been stored and the ticket closed after it.
      const stored = await knownMessage(tx, author, message);
      return stored ? { message: stored, created: false } : { message: await appendMessage(tx, author, message), created: true };
    });
  } catch (error) {
    // Two attempts at once: the one that came second finds what the first stored.
    if (!isUniqueViolation(error)) throw error;
    const stored = await knownMessage(database, author, message);
    if (!stored) throw error;
    return { message: stored, created: false };
  }
}

async function knownMessage(db: Queries, author: Person, message: NewMessage): Promise<ServerMessage | undefined> {
  if (!message.clientTempId) return undefined;
  const known = await findByTempId(db, author, message.clientTempId);
  if (known && known.requestId !== message.requestId) throw new Problem('id-taken', 'That clientTempId was used in another request.');
  return known;
}

async function changeable(tx: Queries, person: Person, messageId: string): Promise<{ row: MessageRow; revision: number }> {
  const found = await selectOne(tx, 'm.id = $1', [messageId]);
  if (!found) throw new Problem('not-found', 'There is no such message.');
  const request = await requestFor(tx, person, found.request_id, true);
  if (found.is_internal && !person.isTechnician) throw new Problem('not-found', 'There is no such message.');
  if (found.sender_id !== person.id && !person.isTechnician) throw new Problem('forbidden', 'That is somebody else’s message.');
  // Read again under the lock: another change may have come first.
  const row = await selectOne(tx, 'm.id = $1', [messageId]);
  if (!row) throw new Problem('not-found', 'There is no such message.');
  return { row, revision: request.revision + 1 };
}

/** Moves the revision, and takes the ticket's preview anew: it must not show what was edited or deleted. Comes after the change. */
const advance = (tx: Queries, requestId: string, revision: number): Promise<unknown> =>
  tx.query(
    `update requests set revision = $2, updated_at = now(), changed_xid = pg_current_xact_id(), last_message_preview =
       (select left(m.content, ${PREVIEW_LENGTH}) from messages m where m.request_id = $1 and not m.is_internal order by m.sequence_number desc limit 1)
     where id = $1`,
    [requestId, revision],
  );

/** Changes a message's text; its author or a technician. */
export function editMessage(database: Database, person: Person, messageId: string, content: string): Promise<ServerMessage> {
  return database.transaction('write', async (tx) => {
    const { row, revision } = await changeable(tx, person, messageId);
    await tx.query('update messages set content = $2, updated_at = now(), revision = $3 where id = $1', [messageId, content, revision]);
    await advance(tx, row.request_id, revision);
    await notify(tx, { kind: 'change', requestId: row.request_id, revision });
    return toServerMessage((await selectOne(tx, 'm.id = $1', [messageId])) as MessageRow, person, row.sequence_number);
  });
}

/** Removes a message; its author or a technician. Its sequence stays empty for ever. */
export function deleteMessage(database: Database, person: Person, messageId: string): Promise<void> {
  return database.transaction('write', async (tx) => {
    const { row, revision } = await changeable(tx, person, messageId);
    await tx.query('delete from messages where id = $1', [messageId]);
    await tx.query(
      `insert into deletions (request_id, sequence_number, message_id, is_internal, revision, sender_id, client_temp_id) values ($1, $2, $3, $4, $5, $6, $7)`,
      [row.request_id, row.sequence_number, row.id, row.is_internal, revision, row.sender_id, row.client_temp_id],
    );
    await advance(tx, row.request_id, revision);
    await notify(tx, { kind: 'change', requestId: row.request_id, revision });
  });
}
