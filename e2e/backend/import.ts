/**
 * Importing conversations from JSON lines: `{"id","subject","messages":[{"from":"requester"|"technician","content"}]}`.
 *
 * Owns: one bad line is told with its number and skipped, nothing else is lost; a conversation whose `id` was imported before is left
 * alone, so that the same file can be given at every start, also after an import that was cut short.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { Content } from '../../protocol/index.ts';
import { bulkRequests, type BulkRequest } from './bulk-requests.ts';
import { ensureCast, type Cast } from './cast.ts';
import type { Queries } from './database.ts';

/** PostgreSQL has no place for the character NUL. */
const Storable = v.check<string, string>((text) => !text.includes('\u0000'), 'contains NUL');

const Conversation = v.object({
  id: v.pipe(v.string(), v.minLength(1), Storable),
  subject: v.pipe(v.string(), v.trim(), v.minLength(1), Storable),
  messages: v.pipe(v.array(v.object({ from: v.picklist(['requester', 'technician']), content: v.pipe(Content, Storable) })), v.minLength(1)),
});
type Conversation = v.InferOutput<typeof Conversation>;

/** What came of an import. */
export interface ImportResult {
  readonly imported: number;
  readonly known: number;
  readonly skipped: readonly { readonly line: number; readonly reason: string }[];
}

const MINUTE_MS = 60_000;

function parse(text: string): Conversation | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  const result = v.safeParse(Conversation, value);
  return result.success ? result.output : result.issues.map((issue) => `${v.getDotPath(issue) ?? 'line'}: ${issue.message}`).join('; ');
}

/** The request of a conversation. Who answered has read what came before. */
function requestOf({ technicians, requesters }: Cast, { id, subject, messages }: Conversation, line: number, now: number): BulkRequest {
  const requester = requesters[line % requesters.length];
  const technician = technicians[line % technicians.length];
  if (!requester || !technician) throw new Error('There are no people.');
  const readBy = (from: 'requester' | 'technician'): number => messages.findLastIndex((message) => message.from === from) + 1;
  return {
    externalId: id,
    subject,
    statusId: 1,
    priority: null,
    requesterId: requester.id,
    technicianId: technician.id,
    messages: messages.map(({ from, content }, i) => ({
      senderId: from === 'requester' ? requester.id : technician.id,
      content,
      at: new Date(now - line * 7 * MINUTE_MS - (messages.length - i) * MINUTE_MS),
    })),
    reads: [{ userId: requester.id, upTo: readBy('requester') }, ...technicians.map((person) => ({ userId: person.id, upTo: readBy('technician') }))],
  };
}

/** Imports a file. `now`: milliseconds since the epoch. Rejects when the file cannot be read. */
export async function importConversations(database: Queries, file: string, now: number): Promise<ImportResult> {
  // A stream tells of a missing file, or of a folder, where nobody listens.
  if (!(await stat(file)).isFile()) throw new Error(`${file} is no file`);
  const cast = await ensureCast(database);
  const skipped: { line: number; reason: string }[] = [];
  let imported = 0;
  let known = 0;
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    // Editors of another system put a byte order mark in front.
    const trimmed = text.replace(/^\uFEFF/, '').trim();
    if (trimmed === '') continue;
    const conversation = parse(trimmed);
    if (typeof conversation === 'string') {
      skipped.push({ line, reason: conversation });
      continue;
    }
    if ((await bulkRequests(database, [requestOf(cast, conversation, line, now)])) > 0) imported += 1;
    else known += 1;
  }
  return { imported, known, skipped };
}
