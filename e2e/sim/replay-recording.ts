/**
 * A recording of the flight recorder, read from its file.
 *
 * Owns: telling a recording from any other text, and which answer belongs to which request. Does not judge what was recorded.
 */
import { FLIGHT_FORMAT, type FlightLine } from '../../protocol/flight.ts';

/** Lines of one kind. */
export type LineOf<T extends FlightLine['t']> = Extract<FlightLine, { t: T }>;

/** Something that happened, at its place in the file. */
export type RecordedEvent = LineOf<'flight' | 'call' | 'failed' | 'left' | 'ask' | 'answer' | 'push' | 'link' | 'log'>;

/** A recording. */
export interface Recording {
  /** In the order of the file; a second `flight` is another daemon. */
  readonly events: readonly RecordedEvent[];
  /** Answers by the place of their request; null when none was recorded. */
  readonly answers: ReadonlyMap<RecordedEvent, LineOf<'answer'> | null>;
  /** Codes of calls that failed, by call. */
  readonly failed: ReadonlyMap<LineOf<'call'>, string>;
  /** What was held at the end, by the last daemon. */
  readonly chats: readonly LineOf<'chat'>[];
  readonly operations: readonly LineOf<'operation'>[];
}

/** Reads a recording. Throws an `Error` that names the line which is none. */
export function readRecording(text: string): Recording {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, at): FlightLine => {
      try {
        const value = JSON.parse(line) as FlightLine;
        if (typeof value.t === 'string') return value;
      } catch {
        // Said below.
      }
      throw new Error(`line ${at + 1} is no line of a recording`);
    });
  const [head] = lines;
  if (head?.t !== 'flight') throw new Error('this is no recording: its first line is no header');
  if (head.format !== FLIGHT_FORMAT) throw new Error(`format ${head.format} is not known here, only ${FLIGHT_FORMAT}`);

  const events: RecordedEvent[] = [];
  const answers = new Map<RecordedEvent, LineOf<'answer'> | null>();
  const failed = new Map<LineOf<'call'>, string>();
  let asks = new Map<number, LineOf<'ask'>>();
  let calls = new Map<string, LineOf<'call'>>();
  let chats: LineOf<'chat'>[] = [];
  let operations: LineOf<'operation'>[] = [];
  for (const line of lines) {
    if (line.t === 'chat') chats.push(line);
    else if (line.t === 'operation') operations.push(line);
    else events.push(line);
    if (line.t === 'flight') {
      asks = new Map();
      calls = new Map();
      chats = [];
      operations = [];
    } else if (line.t === 'ask') {
      asks.set(line.ask, line);
      answers.set(line, null);
    } else if (line.t === 'answer') {
      const ask = asks.get(line.ask);
      if (ask) answers.set(ask, line);
    } else if (line.t === 'call') calls.set(line.call, line);
    else if (line.t === 'failed') {
      const call = calls.get(line.call);
      if (call) failed.set(call, line.code);
    }
  }
  return { events, answers, failed, chats, operations };
}
