import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROVISIONAL_BASE, type CachedMessage, type VoidRange } from '../../protocol/index.ts';
import { emptyChat } from '../store/empty-records.ts';
import { metaOf, modelOf, type ChatModel } from '../sync/chat-model.ts';
import { accepts, heldSet, settle, topOf, type History } from '../sync/history.ts';
import { historyText, parseHistory } from '../sync/history-text.ts';
import { mergeChange, NO_CHANGE } from '../sync/merge.ts';
import { contains, difference, intersection, ofValues, rangeSet, size, union } from '../sync/ranges.ts';
import { unreadCount } from '../sync/unread.ts';
import { voidSet } from '../sync/voids.ts';
import { message, uuid } from '../testing/store-records.ts';
import { forgetOldest } from './forget-rows.ts';

const chat = uuid(0xa);
const rowOf = (sequence: number): CachedMessage => message(sequence, chat, sequence, { senderId: sequence % 2 ? 'me' : 'other', _revision: sequence });

/** A chat with that history and every row of it in memory. */
function modelWith(history: History, more: Partial<ChatModel['meta']> = {}): ChatModel {
  const pending = [message(900, chat, PROVISIONAL_BASE, { status: 'pending' })];
  const held = heldSet(history).flatMap(({ start, end }) => Array.from({ length: end - start + 1 }, (_, at) => rowOf(start + at)));
  const model = { ...modelOf({ ...emptyChat(chat, 1), serverRevision: '70', lastSyncedAt: 5, ...more }, pending), history, rows: held };
  const whole: ChatModel = { ...model, resident: rangeSet(1, PROVISIONAL_BASE - 1) };
  return { ...whole, meta: metaOf(whole, 1) };
}

const kinds = fc.constantFrom('row' as const, 'row' as const, 'row' as const, 'gap' as const, 'absent' as const, 'deleted' as const);
/** Any history that obeys the laws. */
const anyHistory = fc.record({ floor: fc.integer({ min: 1, max: 9 }), inside: fc.array(kinds, { maxLength: 20 }), ahead: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }) }).map(
  ({ floor, inside, ahead }): History => {
    const watermark = floor + inside.length - 1;
    const at = (kind: string): number[] => inside.flatMap((other, index) => (other === kind ? [floor + index] : []));
    const voids = inside.flatMap((reason, index): VoidRange[] =>
      reason === 'absent' || reason === 'deleted' ? [{ startSeq: floor + index, endSeq: floor + index, revision: 40 + index, reason }] : [],
    );
    return settle({ floor, watermark, gaps: ofValues(at('gap')), voids, ahead: ofValues(ahead.map((distance) => watermark + 1 + distance)) });
  },
);

describe('forgetting the oldest rows', () => {
  test('H-1 H-2 D-3 after any eviction each sequence of the window is one of row, void, gap; what is kept is the newest', () => {
    fc.assert(
      fc.property(anyHistory, fc.integer({ min: 1, max: 25 }), (history, count) => {
        const before = modelWith(history);
        const forgotten = forgetOldest(before, count, 9);
        const held = heldSet(history);
        if (!forgotten) return void expect(size(held)).toBe(0);
        const { model, sequences } = forgotten;
        const after = heldSet(model.history);
        // What went and what stayed are what was there, and nothing that went is younger than what stayed.
        expect(sequences.length + size(after)).toBe(size(held));
        expect(intersection(after, ofValues(sequences))).toEqual([]);
        expect(sequences.length).toBeGreaterThanOrEqual(Math.min(count, size(held)));
        const { floor, watermark, gaps, voids } = model.history;
        if (floor === 0) expect([size(after), watermark, gaps, model.meta.serverRevision]).toEqual([0, 0, [], null]);
        else {
          expect(contains(after, floor)).toBe(true);
          expect(watermark).toBe(history.watermark);
          const window = rangeSet(floor, watermark);
          expect(difference(window, union(union(after, gaps), voidSet(voids)))).toEqual([]);
          expect(intersection(after, gaps)).toEqual([]);
          expect(intersection(after, voidSet(voids))).toEqual([]);
          expect(intersection(gaps, voidSet(voids))).toEqual([]);
          for (const gap of gaps) expect(gap.start).toBeGreaterThanOrEqual(floor);
          for (const gap of gaps) expect(gap.end).toBeLessThan(Math.max(topOf(model.history), watermark + 1));
        }
        expect(model.rows.map((row) => row.sequenceNumber)).toEqual(after.flatMap(({ start, end }) => Array.from({ length: end - start + 1 }, (_, at) => start + at)));
        expect(model.pending).toBe(before.pending);
        // The record says the same as the model.
        expect(historyText(modelOf(model.meta, []).history)).toBe(historyText(model.history));
      }),
      { numRuns: 2_000 },
    );
  });

  test('H-1 the floor moves over a gap up to the next row that is held', () => {
    const forgotten = forgetOldest(modelWith(parseHistory('[11..20] gap(21..25) [26..40] void(30)')), 10, 9);
    expect(forgotten && historyText(forgotten.model.history)).toBe('[26..40] void(30)');
    expect(forgotten?.sequences).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
  });

  test('M-2 a deleted message stays deleted: a page that was read before the deletion does not bring it back', () => {
    for (const [count, text] of [[3, '[5..10] deleted(3@69)'], [100, 'deleted(3@69)']] as const) {
      const before = modelWith(parseHistory('[1..10] deleted(3@69)'));
      const { model } = forgetOldest(before, count, 9) ?? { model: before };
      expect(historyText(model.history)).toBe(text);
      const late = { start: 1, end: 10, complete: true, revision: 60, beginning: true };
      const merged = mergeChange(model, { ...NO_CHANGE, rows: [2, 3, 4].map(rowOf), answer: late, settles: true }, 9);
      expect(merged.model.rows.map((row) => row.sequenceNumber).filter((sequence) => sequence < 5)).toEqual([2, 4]);
      expect(accepts(merged.model.history, 3)).toBe(true);
    }
  });

  test('R-2 the unread count is the same afterwards, whatever was read here that the server had not counted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(20), fc.nat(20), fc.nat(8), (count, read, serverMark, serverUnread) => {
        const head = 20;
        const _serverRead = { unreadCount: serverUnread, lastReadSequence: serverMark, revision: 30 };
        const unsure = modelWith(parseHistory('[1..20]'), { lastReadSequence: read, _serverRead, _headSequence: head });
        const before = { ...unsure, meta: { ...unsure.meta, unreadCount: unreadCount(unsure, 'me', head) } };
        const after = forgetOldest(before, count, 9)?.model ?? before;
        expect(unreadCount(after, 'me', head)).toBe(before.meta.unreadCount);
        expect(after.meta).toMatchObject({ lastReadSequence: read, unreadCount: before.meta.unreadCount });
      }),
    );
  });

  test('a draft and the size of the chat\'s media stay in the record', () => {
    const { model } = forgetOldest(modelWith(parseHistory('[1..5]'), { _draft: 'typed', mediaSize: 7 }), 5, 9) ?? {};
    expect(model?.meta).toMatchObject({ _draft: 'typed', mediaSize: 7, lastSyncedSequence: 0, _floor: 0, lastSyncedAt: 0, serverRevision: null });
  });
});
