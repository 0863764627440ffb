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
import { bulkAppend } from './bulk.ts';
import { ensureCast, type Cast } from './cast.ts';
import type { Database, Queries } from './database.ts';

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

/** Stores one conversation, or answers false when its `id` is known. Who answered has read what came before. */
async function store(tx: Queries, { technicians, requesters }: Cast, { id, subject, messages }: Conversation, line: number, now: number): Promise<boolean> {
  const requester = requesters[line % requesters.length];
  const technician = technicians[line % technicians.length];
  if (!requester || !technician) throw new Error('There are no people.');
  const at = (i: number): Date => new Date(now - line * 7 * MINUTE_MS - (messages.length - i) * MINUTE_MS);
  const [row] = await tx.query<{ id: string }>(
    `insert into requests (external_id, subject, requester_id, technician_id, created_at) values ($1, $2, $3, $4, $5)
     on conflict (external_id) do nothing returning id`,
    [id, subject, requester.id, technician.id, at(0)],
  );
  if (!row) return false;
  await bulkAppend(
    tx,
    row.id,
    messages.map(({ from, content }, i) => ({ senderId: from === 'requester' ? requester.id : technician.id, content, at: at(i) })),
  );
  const readBy = (from: 'requester' | 'technician'): number => messages.findLastIndex((message) => message.from === from) + 1;
  await tx.query(
    `insert into reads (user_id, request_id, last_read_sequence)
     select (mark->>0)::uuid, $1, (mark->>1)::int from jsonb_array_elements($2::text::jsonb) as marks(mark)`,
    [row.id, JSON.stringify([[requester.id, readBy('requester')], ...technicians.map((person) => [person.id, readBy('technician')])])],
  );
  return true;
}

/** Imports a file. `now`: milliseconds since the epoch. Rejects when the file cannot be read. */
export async function importConversations(database: Database, file: string, now: number): Promise<ImportResult> {
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
    if (await database.transaction('write', (tx) => store(tx, cast, conversation, line, now))) imported += 1;
    else known += 1;
  }
  return { imported, known, skipped };
}
