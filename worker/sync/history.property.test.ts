/**
 * The laws of the gap algebra, H-1 to H-5, over random histories with a server that is asked fresh every time. Stale answers are in
 * `merge.property.test.ts`, because only rows have revisions.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyAnswer, EMPTY_HISTORY, heldSet, isHeld, loseRows, placeRows, placeVoid, reachBeginning, settle, topOf, type Answer, type History } from './history.ts';
import { historyText, parseHistory } from './history-text.ts';
import { contains, difference, equal, ofValues, rangeSet, union, type RangeSet } from './ranges.ts';
import { voidRevision, voidSet } from './voids.ts';

/** What a server has of one chat, and how it came to be. */
interface Oracle {
  readonly present: Set<number>;
  head: number;
  readonly changes: { readonly kind: 'append' | 'delete'; readonly sequence: number; readonly revision: number }[];
}
const revisionOf = (server: Oracle): number => server.changes.length;
const append = (server: Oracle): number => {
  server.present.add(++server.head);
  server.changes.push({ kind: 'append', sequence: server.head, revision: revisionOf(server) + 1 });
  return server.head;
};

/** A client in the plainest form: everything it was told, by sequence. */
interface Naive {
  readonly rows: Set<number>;
  readonly voids: Set<number>;
  /** Changes up to here were told by push or by an answer that spoke for the whole chat. */
  applied: number;
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('skip' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), at: fc.nat(60) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('push' as const), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ack' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('newest' as const, 'forward' as const, 'backward' as const), limit: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('range' as const), at: fc.nat(60), length: fc.integer({ min: 0, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('incomplete' as const), at: fc.nat(60), length: fc.integer({ min: 0, max: 6 }), mask: fc.nat(127) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), at: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
/** Steps of the server, which the client does not hear of yet. */
const isServers = ({ kind }: Step): boolean => kind === 'append' || kind === 'skip' || kind === 'delete';
/** Complete answers. */
const isAnswer = ({ kind }: Step): boolean => kind === 'newest' || kind === 'forward' || kind === 'backward' || kind === 'range';

/** The stretch that a complete answer of a fresh server covers, with its rows. */
function answerTo(request: Step, server: Oracle, history: History): Answer | null {
  const rows = [...server.present].sort((a, b) => a - b);
  const answer = (start: number, end: number, complete = true): Answer => ({
    start, end, complete, revision: revisionOf(server), newer: [], rows: rows.filter((row) => row >= start && row <= end),
  });
  switch (request.kind) {
    case 'newest':
      return answer(rows.length > request.limit ? (rows.at(-request.limit) ?? 1) : 1, server.head);
    case 'forward': {
      const above = rows.filter((row) => row > history.watermark);
      return history.floor === 0 ? null : answer(history.watermark + 1, above.length > request.limit ? (above[request.limit - 1] ?? 0) : server.head);
    }
    case 'backward': {
      const below = rows.filter((row) => row < history.floor);
      return history.floor <= 1 ? null : answer(below.length > request.limit ? (below.at(-request.limit) ?? 1) : 1, history.floor - 1);
    }
    case 'range':
      return request.at === 0 || request.at > server.head ? null : answer(request.at, Math.min(request.at + request.length, server.head));
    case 'incomplete': {
      if (request.at === 0 || request.at > server.head) return null;
      const whole = answer(request.at, Math.min(request.at + request.length, server.head), false);
      return { ...whole, rows: whole.rows.filter((row) => (request.mask >> (row - whole.start)) % 2 === 1) };
    }
    default:
      return null;
  }
}

/** What a step does to the history. The naive client is told the same, and changed in place. */
function perform(request: Step, history: History, server: Oracle, naive: Naive): History {
  const forgetBelow = (next: History): History => {
    for (const row of naive.rows) if (next.floor > 0 && row < next.floor) naive.rows.delete(row);
    return next;
  };
  const tellRows = (rows: readonly number[], revision: number): number[] => {
    const news = rows.filter((row) => voidRevision(history.voids, row) < revision);
    for (const row of news) {
      naive.rows.add(row);
      naive.voids.delete(row);
    }
    return news;
  };
  const tellVoids = (set: RangeSet): void => {
    for (const { start, end } of set) for (let at = start; at <= end; at++) {
      naive.rows.delete(at);
      naive.voids.add(at);
    }
  };
  switch (request.kind) {
    case 'append':
      for (let i = 0; i < request.count; i++) append(server);
      return history;
    case 'skip':
      server.head += 1;
      return history;
    case 'delete':
      if (server.present.delete(request.at)) server.changes.push({ kind: 'delete', sequence: request.at, revision: revisionOf(server) + 1 });
      return history;
    case 'push': {
      if (history.floor === 0) return history;
      let next = history;
      for (const change of server.changes.slice(naive.applied, naive.applied + request.count)) {
        naive.applied += 1;
        const { sequence, revision } = change;
        if (change.kind === 'delete') {
          tellVoids(rangeSet(sequence, sequence));
          next = settle(placeVoid(next, rangeSet(sequence, sequence), revision, 'deleted'));
        } else if (voidRevision(next.voids, sequence) < revision) {
          tellRows([sequence], revision);
          next = settle(placeRows(next, [sequence]));
        }
      }
      return forgetBelow(next);
    }
    case 'ack': {
      const sequence = append(server);
      tellRows([sequence], revisionOf(server));
      return forgetBelow(placeRows(history, [sequence]));
    }
    case 'lose': {
      if (!isHeld(history, request.at)) return history;
      naive.rows.delete(request.at);
      return loseRows(history, rangeSet(request.at, request.at));
    }
    case 'reset':
      naive.rows.clear();
      naive.voids.clear();
      return EMPTY_HISTORY;
    default: {
      const answer = answerTo(request, server, history);
      if (!answer) return history;
      tellRows(answer.rows, answer.revision);
      let next = applyAnswer(history, answer);
      if (answer.complete) tellVoids(difference(rangeSet(answer.start, answer.end), ofValues(answer.rows)));
      if ((request.kind === 'newest' || request.kind === 'backward') && answer.start === 1) next = reachBeginning(next, answer.revision);
      if (request.kind === 'newest') naive.applied = revisionOf(server);
      return forgetBelow(next);
    }
  }
}

/** Fails unless the history says of every sequence what the naive client was told. */
function expectLawful(history: History, naive: Naive): void {
  const { floor, watermark, gaps, voids, ahead } = history;
  const [rows, known] = [ofValues([...naive.rows]), ofValues([...naive.voids])];
  // H-1, H-2: of each sequence from the floor up exactly one is true, and it is the one the client was told.
  expect(heldSet(history)).toEqual(rows);
  expect(voidSet(voids)).toEqual(known);
  const top = Math.max(topOf(history), known.at(-1)?.end ?? 0);
  if (floor > 0) expect(gaps).toEqual(difference(rangeSet(floor, top), union(rows, known)));
  else expect([gaps, watermark]).toEqual([[], 0]);
  for (const [i, gap] of gaps.entries()) if (i > 0) expect(gap.start).toBeGreaterThan((gaps[i - 1]?.end ?? 0) + 1);
  for (const gap of gaps) expect(gap.end).toBeLessThan(Math.max(top, watermark) + (gap.end <= watermark ? 1 : 0));
  for (const range of ahead) expect(range.start).toBeGreaterThan(watermark);
  for (let at = 1; at <= top + 1; at++) expect(isHeld(history, at)).toBe(contains(rows, at));
  expect(parseHistory(historyText(history))).toEqual(history);
}

const run = (steps: readonly Step[], each: (before: History, after: History, step: Step, server: Oracle, naive: Naive) => void): void => {
  const server: Oracle = { present: new Set(), head: 0, changes: [] };
  const naive: Naive = { rows: new Set(), voids: new Set(), applied: 0 };
  let history = EMPTY_HISTORY;
  for (const step of steps) {
    const before = history;
    history = perform(step, before, server, naive);
    each(before, history, step, server, naive);
  }
};
const histories = fc.array(step, { minLength: 1, maxLength: 30 });
const runs = { numRuns: 500 };

describe('random histories', () => {
  test('H-1 H-2 every sequence of the window is exactly one of row, void, gap; gaps are in their one form; the text tells it all', () => {
    fc.assert(fc.property(histories, (steps) => run(steps, (_, after, __, ___, naive) => expectLawful(after, naive))), runs);
  });

  test('H-3 the same answer twice changes nothing', () => {
    fc.assert(fc.property(histories, (steps) => run(steps, (_, after, each, server) => {
      const answer = answerTo(each, server, after);
      if (!answer) return;
      const once = applyAnswer(after, answer);
      expect(applyAnswer(once, answer)).toEqual(once);
    })), runs);
  });

  test('H-4 a gap is made only where the window was extended, by rows that were lost, or below a row that jumped', () => {
    fc.assert(fc.property(histories, (steps) => run(steps, (before, after, each) => {
      if (each.kind === 'lose' || each.kind === 'reset') return;
      const top = Math.max(topOf(before), voidSet(before.voids).at(-1)?.end ?? 0);
      const fresh = difference(after.gaps, before.gaps);
      expect(before.floor === 0 ? [] : difference(fresh, union(rangeSet(1, before.floor - 1), rangeSet(top + 1, Number.MAX_SAFE_INTEGER)))).toEqual([]);
      // What an answer covers completely is no gap afterwards; what it does not cover stays one.
      if (each.kind === 'incomplete') expect(difference(before.gaps, union(after.gaps, heldSet(after)))).toEqual([]);
    })), runs);
  });

  test('H-5 the watermark moves over what is known only: never by an own send, never by a push that is not next, never back', () => {
    fc.assert(fc.property(histories, (steps) => run(steps, (before, after, each) => {
      if (each.kind === 'reset') return;
      expect(after.watermark).toBeGreaterThanOrEqual(before.watermark);
      if (each.kind === 'ack' || each.kind === 'lose' || isServers(each)) expect(after.watermark).toBe(before.watermark);
      if (each.kind === 'push' && after.watermark > before.watermark) {
        const known = union(heldSet(after), voidSet(after.voids));
        expect(difference(rangeSet(before.watermark + 1, after.watermark), known)).toEqual([]);
      }
      // Nothing that is contiguous is left waiting.
      if (isAnswer(each) && after !== before) expect(contains(union(after.ahead, voidSet(after.voids)), after.watermark + 1)).toBe(false);
    })), runs);
  });
});

describe('answers of one state of the server', () => {
  const stretch = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 8 }), fc.boolean(), fc.nat(511));
  const world = fc.record({ absent: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }), stretches: fc.array(stretch, { minLength: 1, maxLength: 6 }) });

  const answers = (absent: readonly number[], stretches: readonly (readonly [number, number, boolean, number])[]): Answer[] =>
    stretches.map(([start, length, complete, mask]) => ({
      start, end: start + length, complete, revision: 7, newer: [],
      rows: Array.from({ length: length + 1 }, (_, i) => start + i).filter((at) => !absent.includes(at) && (complete || (mask >> (at - start)) % 2 === 1)),
    }));
  const told = (history: History): unknown => [heldSet(history), voidSet(history.voids), history.gaps];

  test('H-3 in any order end in the same state', () => {
    fc.assert(fc.property(world.chain((each) => fc.tuple(fc.constant(each), fc.shuffledSubarray([...each.stretches.keys()], { minLength: each.stretches.length }))), ([{ absent, stretches }, order]) => {
      const all = answers(absent, stretches);
      const shuffled = order.map((i) => all[i] as Answer);
      const [first, second] = [all, shuffled].map((list) => list.reduce(applyAnswer, EMPTY_HISTORY)) as [History, History];
      expect(told(second)).toEqual(told(first));
      expect(second.floor).toBe(first.floor);
      if (all.every((answer) => answer.complete)) expect(second).toEqual(first);
    }), { numRuns: 1_000 });
  });

  test('H-1 that cover everything leave no gap, and hold exactly what the server has', () => {
    fc.assert(fc.property(world, ({ absent, stretches }) => {
      const history = [...answers(absent, stretches), ...answers(absent, [[1, 39, true, 0]])].reduce(applyAnswer, EMPTY_HISTORY);
      const present = Array.from({ length: 40 }, (_, i) => i + 1).filter((at) => !absent.includes(at));
      expect(equal(heldSet(history), ofValues(present))).toBe(true);
      expect(history).toMatchObject({ floor: 1, watermark: 40, gaps: [], ahead: [] });
    }), { numRuns: 300 });
  });
});
