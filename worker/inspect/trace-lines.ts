/**
 * Which tab's call led to which line of the log.
 *
 * Owns: the rule. A call leaves its trace with the ids that its input names; a later line that names one of them, or whose path does, carries
 * it, through storage and network, without every part having to hand it on. Pure.
 */
import type { LogEntry } from '../../protocol/inspect.ts';
import type { Note } from '../journal.ts';

/** Fields that hold an id by which a line is traced, the most telling first. */
const IDS = ['operationId', 'clientTempId', 'requestId', 'lane', 'id'] as const;

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi;

const idsIn = (fields: Readonly<Record<string, unknown>>): readonly string[] =>
  [...IDS.map((name) => fields[name]), fields['path']].flatMap((value) => (typeof value === 'string' ? (value.match(UUID) ?? []) : []));

/** The lines with their traces; `notes` tell what calls were about. */
export function traceLines(lines: readonly Omit<LogEntry, 'trace'>[], notes: readonly Note[]): readonly LogEntry[] {
  const about = new Map(notes.flatMap(({ event, fields }) => (event === 'call' ? [[fields['id'], idsIn(Object(fields['input']) as Note['fields'])] as const] : [])));
  const traces = new Map<string, string>();
  return lines.map((line) => {
    const { fields } = line;
    if (typeof fields['trace'] !== 'string') return { ...line, trace: idsIn(fields).map((id) => traces.get(id)).find((trace) => trace !== undefined) ?? null };
    if (line.event === 'call') for (const id of about.get(fields['trace']) ?? []) traces.set(id, fields['trace']);
    return { ...line, trace: fields['trace'] };
  });
}
