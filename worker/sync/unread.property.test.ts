/** Unread counts against a server that knows everything. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CachedMessage, ServerRead } from '../../protocol/index.ts';
import { PROVISIONAL_BASE } from '../../protocol/limits.ts';
import { emptyChat } from '../store/chat-writes.ts';
import { modelOf, type ChatModel } from './chat-model.ts';
import { difference, ofValues, rangeSet } from './ranges.ts';
import { newerRead, unreadCount } from './unread.ts';

const row = (sequenceNumber: number, senderId: string): CachedMessage => ({
  id: `id-${sequenceNumber}`, requestId: 'chat', sequenceNumber, senderId, sender: null, content: 'x', createdAt: '', updatedAt: null, isScreenshot: false,
  screenshotFileName: null, fileName: null, fileSize: null, fileMimeType: null, isReadByCurrentUser: false, status: 'sent', _cachedAt: 0, _syncVersion: 0, _revision: sequenceNumber,
});

/** Of each sequence: another's message, an own one, or none. */
const chats = fc.record({
  messages: fc.array(fc.constantFrom('other', 'me', 'none'), { minLength: 1, maxLength: 20 }),
  floor: fc.integer({ min: 1, max: 20 }),
  behind: fc.nat(5),
  gap: fc.option(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat(4)), { nil: null }),
  serverMark: fc.nat(20),
  mark: fc.nat(22),
});
type Chat = typeof chats extends fc.Arbitrary<infer T> ? T : never;

function build({ messages, floor, behind, gap, serverMark, mark }: Chat): { readonly model: ChatModel; readonly head: number; readonly others: (from: number, to: number) => number } {
  const head = messages.length;
  const others = (from: number, to: number): number => messages.filter((who, i) => who === 'other' && i + 1 >= from && i + 1 <= to).length;
  const watermark = Math.max(Math.min(floor, head), head - behind);
  const bottom = Math.min(floor, watermark);
  const gaps = gap ? difference(rangeSet(Math.max(bottom, gap[0]), Math.min(watermark, gap[0] + gap[1])), []) : [];
  const voids = messages.flatMap((who, i) => (who === 'none' && !gaps.some((each) => i + 1 >= each.start && i + 1 <= each.end) ? [{ startSeq: i + 1, endSeq: i + 1, revision: 1, reason: 'absent' as const }] : []));
  const held = difference(difference(rangeSet(bottom, watermark), gaps), ofValues(voids.map((each) => each.startSeq)));
  const rows = messages.flatMap((who, i) => (who !== 'none' && held.some((each) => i + 1 >= each.start && i + 1 <= each.end) ? [row(i + 1, who)] : []));
  const lastReadSequence = Math.min(serverMark, head);
  const meta = { ...emptyChat('chat', 0), lastReadSequence: Math.min(mark, head), _serverRead: { unreadCount: others(lastReadSequence + 1, head), lastReadSequence, revision: 1 } };
  const resident = difference(rangeSet(bottom, PROVISIONAL_BASE - 1), gaps);
  return { head, others, model: { ...modelOf(meta, []), history: { floor: bottom, watermark, gaps, voids, ahead: [] }, rows, resident } };
}

describe('unread', () => {
  test('R-2 is never negative, never more than there is, and exact when all that is unread is held', () => {
    fc.assert(fc.property(chats, (chat) => {
      const { model, head, others } = build(chat);
      const count = unreadCount(model, 'me', head);
      const mark = Math.max(model.meta.lastReadSequence, model.meta._serverRead?.lastReadSequence ?? 0);
      const truth = others(mark + 1, head);
      expect(count).toBeGreaterThanOrEqual(0);
      // What was read here and is not held stays counted until the server knows: never too few.
      expect(count).toBeGreaterThanOrEqual(truth);
      expect(count).toBeLessThanOrEqual(others(1, head));
      const { floor, watermark, gaps } = model.history;
      if (floor <= mark + 1 && watermark === head && gaps.every((gap) => gap.end <= mark)) expect(count).toBe(truth);
      if (model.meta.lastReadSequence <= (model.meta._serverRead?.lastReadSequence ?? 0)) expect(count).toBe(truth);
      if (mark >= head) expect(count).toBe(0);
    }), { numRuns: 1_000 });
  });

  test('R-1 of two values of the server the later stays, whatever the order', () => {
    const read = fc.record({ unreadCount: fc.nat(9), lastReadSequence: fc.nat(9), revision: fc.nat(4) });
    fc.assert(fc.property(fc.uniqueArray(read, { minLength: 1, selector: (each) => `${each.revision} ${each.lastReadSequence}` }), (told) => {
      const newest = (list: readonly ServerRead[]): ServerRead | null => list.reduce<ServerRead | null>(newerRead, null);
      expect(newest(told)).toEqual(newest(told.toReversed()));
      expect(newest(told)).toEqual(told.toSorted((a, b) => a.revision - b.revision || a.lastReadSequence - b.lastReadSequence).at(-1));
    }));
  });
});
