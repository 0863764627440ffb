/**
 * The daemon's log: a ring of its last lines, each with the tab's call that led to it.
 *
 * Owns: the ring and the traces. A call leaves its trace with the ids that it names; a later line that names one of them carries the
 * trace, through storage and network, without every part having to hand it on. Does not know where lines are printed.
 */
import type { LogEntry, LogLevel } from '../protocol/inspect.ts';
import type { Clock, Log } from './env.ts';

/** Lines that are kept. */
const LINES = 2_000;
/** Ids whose last trace is remembered. */
const TRACED = 500;
/** Fields that hold an id by which a line is traced. */
const IDS = ['operationId', 'clientTempId', 'requestId'] as const;

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi;

/** The log and what it remembers. */
export interface Journal {
  readonly log: Log;
  /** A tab's call names these things. */
  trace(trace: string, input: unknown): void;
  entries(): readonly LogEntry[];
}

/** Keeps what is logged and passes it on. */
export function createJournal(printed: Log, clock: Clock): Journal {
  const entries: LogEntry[] = [];
  const traces = new Map<unknown, string>();

  const traceOf = (fields: Readonly<Record<string, unknown>>): string | null => {
    if (typeof fields['trace'] === 'string') return fields['trace'];
    // The paths of requests name what they are about.
    const named = [...IDS.map((name) => fields[name]), ...(String(fields['path'] ?? '').match(UUID) ?? [])];
    return traces.get(named.find((id) => traces.has(id))) ?? null;
  };

  const at =
    (level: LogLevel) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      entries.push({ at: clock.now(), level, event, trace: traceOf(fields), fields });
      if (entries.length > LINES) entries.shift();
      printed[level](event, fields);
    };

  return {
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    trace: (trace, input) => {
      for (const name of IDS) {
        const id = (Object(input) as Readonly<Record<string, unknown>>)[name];
        if (id === undefined) continue;
        // Taken out first, so that the map stays in the order of use.
        traces.delete(id);
        traces.set(id, trace);
      }
      for (const [oldest] of traces) {
        if (traces.size <= TRACED) break;
        traces.delete(oldest);
      }
    },
    entries: () => entries,
  };
}
