/**
 * Messages from table rows to the contract's shape.
 *
 * Owns: the columns, and what one reader may see: internal notes are for technicians, the idempotency key is for its author.
 */
import type { ServerMessage } from '../../protocol/index.ts';
import type { Person } from './people.ts';

/** Columns of a message with its sender; the tables are `m` and `s`. */
export const messageColumns = `m.id, m.request_id, m.sequence_number, m.sender_id, m.content, m.is_internal, m.is_screenshot, m.screenshot_file_name,
  m.file_name, m.file_size, m.file_mime_type, m.client_temp_id, m.created_at, m.updated_at, m.revision,
  s.username, s.full_name, s.is_technician`;

/** A message as selected by {@link messageColumns}. */
export interface MessageRow {
  readonly id: string;
  readonly request_id: string;
  readonly sequence_number: number;
  readonly sender_id: string;
  readonly content: string;
  readonly is_internal: boolean;
  readonly is_screenshot: boolean;
  readonly screenshot_file_name: string | null;
  readonly file_name: string | null;
  readonly file_size: number | null;
  readonly file_mime_type: string | null;
  readonly client_temp_id: string | null;
  readonly created_at: Date;
  readonly updated_at: Date | null;
  readonly revision: number;
  readonly username: string;
  readonly full_name: string | null;
  readonly is_technician: boolean;
}

/** SQL: may this reader see the message `m`? Technicians see internal notes. */
export const visibleTo = (reader: Pick<Person, 'isTechnician'>): string => (reader.isTechnician ? 'true' : 'not m.is_internal');

/** The message as one reader gets it. `lastRead`: his mark in that chat. */
export function toServerMessage(row: MessageRow, reader: Pick<Person, 'id'>, lastRead: number): ServerMessage {
  const own = row.sender_id === reader.id;
  return {
    id: row.id,
    requestId: row.request_id,
    sequenceNumber: row.sequence_number,
    senderId: row.sender_id,
    sender: { id: row.sender_id, username: row.username, fullName: row.full_name, isTechnician: row.is_technician },
    content: row.content,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at?.toISOString() ?? null,
    isScreenshot: row.is_screenshot,
    screenshotFileName: row.screenshot_file_name,
    fileName: row.file_name,
    fileSize: row.file_size,
    fileMimeType: row.file_mime_type,
    isReadByCurrentUser: own || row.sequence_number <= lastRead,
    ...(own && row.client_temp_id !== null ? { clientTempId: row.client_temp_id } : {}),
    revision: row.revision,
  };
}
