/**
 * The flight recorder's notes as lines that may leave the daemon.
 *
 * Owns: which facts of a call, an answer and a frame are told: a list of what is, so that nothing slips through. Pure.
 */
import type { FlightAnswer, FlightGone, FlightLine, FlightRow } from '../../protocol/flight.ts';
import type { LogEntry } from '../../protocol/inspect.ts';
import type { Note } from '../journal.ts';
import type { Placeholders } from './placeholders.ts';

type Facts = Readonly<Record<string, unknown>>;
const factsOf = (value: unknown): Facts => Object(value) as Facts;
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** Inputs of calls that a replay can do something with; texts and tokens are replaced. */
const CALLS: { readonly [name: string]: readonly string[] } = {
  hello: ['report'],
  bye: [],
  report: ['visible', 'focused', 'online'],
  openChat: ['requestId', 'anchor'],
  closeChat: ['requestId'],
  loadPage: ['requestId', 'direction', 'gap'],
  syncChat: ['requestId'],
  send: ['requestId', 'clientTempId', 'isScreenshot'],
  retry: ['operationId'],
  retryAll: [],
  edit: ['operationId'],
  discard: ['operationId'],
  markRead: ['requestId', 'upToSequence'],
  saveDraft: ['requestId'],
  verifyChat: ['requestId'],
  dropChat: ['requestId'],
  clearCache: ['openedFromAt', 'openedBeforeAt', 'preview'],
  giveToken: ['requestNumber'],
};
const TEXTS = ['content', 'text'] as const;

/** A row as the server sent it, or as it is stored. */
export function flightRow(given: unknown, names: Placeholders): FlightRow {
  const row = factsOf(given);
  const { clientTempId } = row;
  const content = typeof row['content'] === 'string' && row['content'].length <= 10_000 ? row['content'] : '';
  return {
    seq: numberOf(row['sequenceNumber']),
    id: String(row['id']),
    revision: numberOf(row['revision'] ?? row['_revision']),
    text: names.text(content),
    from: names.person(row['senderId']),
    edited: typeof row['updatedAt'] === 'string',
    ...(typeof clientTempId === 'string' ? { clientTempId } : {}),
  };
}

const changeOf = (given: unknown, names: Placeholders): FlightRow | FlightGone => {
  const { kind, message, deletion } = factsOf(given);
  const { sequenceNumber, revision } = factsOf(deletion);
  return kind === 'delete' ? { gone: numberOf(sequenceNumber), revision: numberOf(revision) } : flightRow(message, names);
};

function answerOf(kind: string, given: unknown, names: Placeholders): FlightAnswer | null {
  const answer = factsOf(given);
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  const head = { revision: numberOf(answer['revision']), head: numberOf(answer['headSequence']) };
  if (kind === 'messages') return { ...head, complete: answer['complete'] === true, rows: list(answer['messages']).map((row) => flightRow(row, names)) };
  if (kind === 'changes') return { ...head, rows: list(answer['changes']).map((change) => changeOf(change, names)) };
  if (kind === 'tickets') return { removed: list(answer['removed']).map(String) };
  if (kind === 'markRead') return { revision: numberOf(answer['revision']) };
  return given === null ? null : { rows: [flightRow(given, names)] };
}

/** What a request is about. */
function detailOf(kind: string, [first, second]: readonly unknown[], names: Placeholders): Facts {
  if (kind === 'messages') return { requestId: first, ...factsOf(second) };
  if (kind === 'changes') return { requestId: first, since: second };
  if (kind === 'markRead') return { requestId: first, upToSequence: second };
  if (kind === 'findByTempId') return { clientTempId: first };
  if (kind !== 'send') return {};
  const { requestId, clientTempId, content } = factsOf(first);
  return { requestId, clientTempId, text: names.text(content) };
}

function pushOf(at: number, given: unknown, names: Placeholders): FlightLine {
  const frame = factsOf(given);
  const ticket = factsOf(frame['ticket']);
  const type = String(frame['type']);
  const base = { t: 'push', at, type } as const;
  if (type === 'ticket') return { ...base, requestId: String(ticket['id']), revision: numberOf(ticket['revision']), head: numberOf(ticket['headSequence']) };
  if (frame['requestId'] === undefined) return base;
  return {
    ...base,
    requestId: String(frame['requestId']),
    ...(type === 'read' ? { lastRead: numberOf(frame['lastReadSequence']) } : {}),
    ...(type === 'change' ? { revision: numberOf(frame['revision']), previousRevision: numberOf(frame['previousRevision']), head: numberOf(frame['headSequence']) } : {}),
    ...(frame['change'] ? { row: changeOf(frame['change'], names) } : {}),
  };
}

/** Tells `names` every text and token that was seen, so that they can be cut out of anything. */
export function noteSecrets(notes: readonly Note[], names: Placeholders): void {
  for (const { event, fields } of notes) {
    const input = factsOf(event === 'call' ? fields['input'] : factsOf(fields['args'])['0']);
    for (const name of [...TEXTS, 'token']) names.secret(input[name]);
  }
}

/** The lines of these notes and of warnings and errors, in the order of time. */
export function flightLines(notes: readonly Note[], log: readonly Omit<LogEntry, 'trace'>[], names: Placeholders): readonly FlightLine[] {
  const tabs = new Map<string, string>();
  const tabOf = (short: string): string => tabs.get(short) ?? tabs.set(short, `tab ${tabs.size + 1}`).get(short) ?? short;
  const kinds = new Map<unknown, string>();
  const told = new Set<unknown>();

  const lineOf = ({ at, event, fields }: Note): FlightLine | null => {
    const name = String(fields['name']);
    if (event === 'left') return { t: 'left', at, tab: tabOf(String(fields['tabId']).slice(0, 6)) };
    if (event === 'call') {
      const wanted = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
      if (!wanted) return null;
      const input = factsOf(fields['input']);
      const id = String(fields['id']);
      const tab = name === 'hello' ? String(input['tabId']).slice(0, 6) : id.slice(0, id.lastIndexOf('-'));
      const texts = TEXTS.filter((field) => field in input).map((field) => ['text', names.text(input[field])]);
      told.add(id);
      return { t: 'call', at, tab: tabOf(tab), call: id, name, input: Object.fromEntries([...wanted.filter((field) => field in input).map((field) => [field, input[field]]), ...texts]) };
    }
    if (event === 'failed') return told.has(fields['id']) ? { t: 'failed', at, call: String(fields['id']), code: String(fields['code']) } : null;
    if (event === 'answer') {
      const kind = kinds.get(fields['ask']);
      if (kind === undefined) return null;
      const { code, retryAfterMs } = factsOf(fields['error']);
      const base = { t: 'answer', at, ask: numberOf(fields['ask']) } as const;
      if ('error' in fields) return { ...base, code: String(code ?? 'INTERNAL'), ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}), answer: null };
      return { ...base, code: null, answer: answerOf(kind, fields['answer'], names) };
    }
    const args = (fields['args'] ?? []) as readonly unknown[];
    if (name === 'onOpen' || name === 'onDown') return { t: 'link', at, up: name === 'onOpen', ...(name === 'onDown' ? { code: String(args[0]) } : {}) };
    if (name === 'onFrame') return pushOf(at, args[0], names);
    if (name === 'openPush' || name === 'wake' || name === 'close' || name === 'onMalformed') return null;
    kinds.set(fields['ask'], name);
    return { t: 'ask', at, ask: numberOf(fields['ask']), kind: name, detail: detailOf(name, args, names) };
  };

  const lines = notes.flatMap((note) => lineOf(note) ?? []);
  const troubles = log.flatMap(({ at, level, event }): FlightLine[] => (level === 'warn' || level === 'error' ? [{ t: 'log', at, level, event }] : []));
  const timeOf = (line: FlightLine): number => ('at' in line ? line.at : 0);
  // A stable sort: what happened at one instant stays in its order.
  return names.clean([...lines, ...troubles].sort((a, b) => timeOf(a) - timeOf(b)));
}
