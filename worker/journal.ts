/**
 * The daemon's memory of itself: a ring of its last log lines, and one of what it was asked and told (the flight recorder).
 *
 * Owns: the rings. What is noted holds message text and tokens; it leaves the daemon only through `inspect/flight-lines.ts`, which takes
 * them out. Which call led to which line is worked out when somebody reads (`inspect/trace-lines.ts`). Does not know where lines are printed.
 */
import type { LogEntry, LogLevel } from '../protocol/inspect.ts';
import type { Clock, Log } from './env.ts';

/** Lines that are kept. */
const LINES = 2_000;
/** Notes and the rows in them that are kept, together. */
const WEIGHT = 6_000;

/** Something that the daemon was asked or told, as it was. */
export interface Note {
  readonly at: number;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly weight: number;
}

/** The log and what it remembers. */
export interface Journal {
  readonly log: Log;
  /** Keeps a fact that is printed nowhere; `rows` messages or tickets are in it. */
  note(event: string, fields: Note['fields'], rows?: number): void;
  /** Without their traces. */
  lines(): readonly Omit<LogEntry, 'trace'>[];
  /** Tells the listener of each line's level, in place of the listener before. */
  watch(listener: (level: LogLevel) => void): void;
  notes(): readonly Note[];
}

/** Keeps what is logged and passes it on. */
export function createJournal(printed: Log, clock: Clock): Journal {
  const lines: Omit<LogEntry, 'trace'>[] = [];
  const notes: Note[] = [];
  let total = 0;
  let heard = (_: LogLevel): void => undefined;

  const at =
    (level: LogLevel) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      lines.push({ at: clock.now(), level, event, fields });
      if (lines.length > LINES) lines.shift();
      printed[level](event, fields);
      heard(level);
    };

  return {
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    note: (event, fields, rows = 0) => {
      notes.push({ at: clock.now(), event, fields, weight: 1 + rows });
      total += 1 + rows;
      while (total > WEIGHT) total -= (notes.shift() as Note).weight;
    },
    lines: () => lines,
    watch: (listener) => void (heard = listener),
    notes: () => notes,
  };
}
