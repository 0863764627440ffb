/**
 * Which tab's call led to which line of the log.
 *
 * Owns: the rule. A call leaves its trace with the ids that its input names; a later line that names one of them, or whose path does, carries
 * it, through storage and network, without every part having to hand it on. Pure.
 */
import type { LogEntry } from '../../protocol/inspect.ts';
import type { Note } from '../journal.ts';

/** Fields that hold a message's id, or several, and those that hold a chat's or a file's. A line about a message is not traced by its chat. */
const MESSAGE_IDS = ['operationId', 'clientTempId', 'about'] as const;
const CHAT_IDS = ['requestId', 'lane', 'id', 'path'] as const;

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi;

const idsIn = (fields: Readonly<Record<string, unknown>>, names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [fields[name]].flat()).flatMap((value) => (typeof value === 'string' ? (value.match(UUID) ?? []) : []));

/** The lines with their traces; `notes` tell what calls were about. */
export function traceLines(lines: readonly Omit<LogEntry, 'trace'>[], notes: readonly Note[]): readonly LogEntry[] {
  const inputs = new Map(notes.flatMap(({ event, fields }) => (event === 'call' ? [[fields['id'], Object(fields['input']) as Note['fields']] as const] : [])));
  const traces = new Map<string, string>();
  return lines.map((line) => {
    const { fields, event } = line;
    const { trace } = fields;
    if (typeof trace === 'string') {
      const input = event === 'call' ? (inputs.get(trace) ?? {}) : {};
      for (const id of [...idsIn(input, MESSAGE_IDS), ...idsIn(input, CHAT_IDS)]) traces.set(id, trace);
      return { ...line, trace };
    }
    const ids = idsIn(fields, MESSAGE_IDS);
    const found = (ids.length > 0 ? ids : idsIn(fields, CHAT_IDS)).map((id) => traces.get(id)).find((known) => known !== undefined);
    return { ...line, trace: found ?? null };
  });
}
