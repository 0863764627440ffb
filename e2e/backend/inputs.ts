/**
 * What requests may say: the schemas of bodies and queries.
 *
 * Owns: limits. Whatever breaks them is told as `invalid`, with the reason.
 */
import * as v from 'valibot';
import { Content, type MessagesQuery, Uuid } from '../../protocol/index.ts';
import { Problem } from './problem.ts';

/** Longest page of messages or changes. */
const LIMIT_MAX = 500;
const LIMIT_DEFAULT = 50;

const Whole = v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'must be a whole number'), v.transform(Number));
const Limit = v.pipe(Whole, v.minValue(1), v.maxValue(LIMIT_MAX));
/** Text that PostgreSQL can store: it has no place for the character NUL. */
const Storable = v.check<string, string>((text) => !text.includes('\u0000'), 'must not contain NUL');

/** Body of `POST /session`. */
export const SessionInput = v.object({ username: v.pipe(v.string(), v.minLength(1), v.maxLength(100), Storable), ttlSeconds: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(86_400))) });
/** Body of `POST /requests`. */
export const RequestInput = v.object({ subject: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200), Storable), content: v.pipe(Content, Storable) });
/** Body of `PATCH /requests/{requestId}`. */
export const RequestPatch = v.object({ statusId: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4))), technicianId: v.optional(v.nullable(Uuid)) });
/** Body of `POST /chat/messages`. */
export const MessageInput = v.object({
  requestId: Uuid,
  content: v.pipe(Content, Storable),
  isScreenshot: v.optional(v.boolean(), false),
  screenshotFileName: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(255), Storable)), null),
  clientTempId: v.optional(v.nullable(Uuid), null),
  isInternal: v.optional(v.boolean(), false),
});
/** Body of `PATCH /chat/messages/{messageId}`. */
export const MessagePatch = v.object({ content: v.pipe(Content, Storable) });
/** Body of `POST …/read`. */
export const ReadInput = v.object({ upToSequence: v.pipe(v.number(), v.safeInteger(), v.minValue(1)) });
/** Query of `GET …/changes`. */
export const ChangesQuery = v.object({ since_revision: Whole, limit: v.optional(Limit, `${LIMIT_MAX}`) });

/** Name of a file: one segment of a path, without control characters. */
export const FileName = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(255),
  v.check((name) => !/[/\\\p{Cc}]/u.test(name) && name !== '.' && name !== '..', 'is no file name'),
);
/** A media type, parameters cut off, in lower case. */
export const MediaType = v.pipe(
  v.string(),
  v.maxLength(255),
  v.transform((text) => (text.split(';')[0] ?? '').trim().toLowerCase()),
  v.regex(/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/, 'is no media type'),
);

const PageQuery = v.object({
  limit: v.optional(Limit, `${LIMIT_DEFAULT}`),
  since_sequence: v.optional(Whole),
  before_sequence: v.optional(Whole),
  start_sequence: v.optional(Whole),
  end_sequence: v.optional(Whole),
});

/** The value, or `invalid` with what is wrong. */
export function checked<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (!result.success) throw new Problem('invalid', v.summarize(result.issues));
  return result.output;
}

/** The paging mode that a query asks for; the three exclude each other. */
export function pageQuery(query: Readonly<Record<string, string>>): MessagesQuery {
  const { limit, since_sequence: since, before_sequence: before, start_sequence: start, end_sequence: end } = checked(PageQuery, query);
  const modes = [since !== undefined, before !== undefined, start !== undefined || end !== undefined].filter(Boolean).length;
  if (modes > 1) throw new Problem('invalid', 'since_sequence, before_sequence and start_sequence with end_sequence exclude each other.');
  if (since !== undefined) return { mode: 'since', sequence: since, limit };
  if (before !== undefined) return { mode: 'before', sequence: before, limit };
  if (start === undefined && end === undefined) return { mode: 'newest', limit };
  if (start === undefined || end === undefined) throw new Problem('invalid', 'start_sequence and end_sequence come together.');
  if (start < 1 || end < start) throw new Problem('invalid', 'The range is empty.');
  return { mode: 'range', start, end, limit };
}
