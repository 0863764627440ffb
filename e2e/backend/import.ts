/**
 * Importing conversations from JSON lines: `{"id","subject","messages":[{"from":"requester"|"technician","content"}]}`.
 *
 * Owns: one bad line is told with its number and skipped, nothing else is lost; a conversation whose `id` was imported before is left
 * alone, so that the same file can be given at every start.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { Content } from '../../protocol/index.ts';
import { bulkAppend } from './bulk.ts';
import { ensureCast } from './cast.ts';
import type { Database } from './database.ts';

const Line = v.object({
  id: v.pipe(v.string(), v.minLength(1)),
  subject: v.pipe(v.string(), v.minLength(1)),
  messages: v.pipe(v.array(v.object({ from: v.picklist(['requester', 'technician']), content: Content })), v.minLength(1)),
});

/** What came of an import. */
export interface ImportResult {
  readonly imported: number;
  readonly known: number;
  readonly skipped: readonly { readonly line: number; readonly reason: string }[];
}

const MINUTE_MS = 60_000;

function parse(text: string): v.InferOutput<typeof Line> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  const result = v.safeParse(Line, value);
  if (!result.success) return result.issues.map((issue) => `${v.getDotPath(issue) ?? 'line'}: ${issue.message}`).join('; ');
  return JSON.stringify(result.output).includes('\\u0000') ? 'contains NUL' : result.output;
}

/** Imports a file. `now`: milliseconds since the epoch. Rejects when the file cannot be read. */
export async function importConversations(database: Database, file: string, now: number): Promise<ImportResult> {
  const { technicians, requesters } = await ensureCast(database);
  const skipped: { line: number; reason: string }[] = [];
  let imported = 0;
  let known = 0;
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() === '') continue;
    const conversation = parse(text);
    if (typeof conversation === 'string') {
      skipped.push({ line, reason: conversation });
      continue;
    }
    const requester = requesters[line % requesters.length];
    const technician = technicians[line % technicians.length];
    if (!requester || !technician) throw new Error('There are no people.');
    const { id: externalId, subject, messages } = conversation;
    const at = (i: number): Date => new Date(now - line * 7 * MINUTE_MS - (messages.length - i) * MINUTE_MS);
    const [row] = await database.query<{ id: string }>(
      `insert into requests (external_id, subject, requester_id, technician_id, created_at) values ($1, $2, $3, $4, $5)
       on conflict (external_id) do nothing returning id`,
      [externalId, subject, requester.id, technician.id, at(0)],
    );
    if (!row) {
      known += 1;
      continue;
    }
    await bulkAppend(
      database,
      row.id,
      messages.map(({ from, content }, i) => ({ senderId: from === 'requester' ? requester.id : technician.id, content, at: at(i) })),
    );
    imported += 1;
  }
  return { imported, known, skipped };
}
