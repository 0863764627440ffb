import { describe, expect, test } from 'vitest';
import type { CachedMessage } from './records.ts';
import { applyRows, layOutItems, rowKey } from './views.ts';
import { PROVISIONAL_BASE } from './limits.ts';

const row = (sequenceNumber: number, over: Partial<CachedMessage> = {}): CachedMessage => ({
  id: `id-${sequenceNumber}`, requestId: 'chat', sequenceNumber, senderId: null, sender: null, content: `m${sequenceNumber}`, createdAt: '', updatedAt: null,
  isScreenshot: false, screenshotFileName: null, fileName: null, fileSize: null, fileMimeType: null, isReadByCurrentUser: false, status: 'sent',
  _cachedAt: 0, _syncVersion: 0, _revision: sequenceNumber, ...over,
});
const tail = { lo: 1, hi: 3, tail: true };
const texts = (rows: readonly CachedMessage[]): string[] => rows.map((message) => message.content);

describe('a window', () => {
  test('S-2 takes the confirmed row in the pending one’s place', () => {
    const pending = row(PROVISIONAL_BASE, { id: 'temp', clientTempId: 'temp', status: 'pending', content: 'mine' });
    const confirmed = row(4, { clientTempId: 'temp', content: 'mine' });
    const before = applyRows([row(1), row(2), row(3)], [pending], [], tail);
    expect(texts(applyRows(before, [confirmed], [], tail))).toEqual(['m1', 'm2', 'm3', 'mine']);
    expect(rowKey(pending)).toBe(rowKey(confirmed));
  });
  test('S-2 has one row per key however often it was added to at its end, from an older state too', () => {
    const one = applyRows([row(1)], [row(2)], [], tail);
    const two = applyRows(one, [row(3, { id: 'moved' })], [], tail);
    expect(texts(applyRows(two, [row(4, { id: 'moved' })], [], tail))).toEqual(['m1', 'm2', 'm4']);
    // The state before knows nothing of what was added since.
    expect(texts(applyRows(one, [row(4, { id: 'moved' })], [], tail))).toEqual(['m1', 'm2', 'm4']);
    expect(texts(applyRows(one, [row(4, { id: 'id-1' })], [], tail))).toEqual(['m2', 'm4']);
  });
  test('is clipped: what lies outside changes nothing', () => {
    const rows = [row(5), row(6)];
    expect(texts(applyRows(rows, [row(2), row(9)], [], { lo: 5, hi: 6, tail: false }))).toEqual(['m5', 'm6']);
    expect(texts(applyRows(rows, [row(9)], ['id-5'], { lo: 5, hi: 6, tail: true }))).toEqual(['m6', 'm9']);
  });
  test('H-7 shows a gap wherever one is known, never two sides as neighbours', () => {
    const items = layOutItems([row(3), row(7), row(9)], { gaps: [{ startSeq: 4, endSeq: 6 }, { startSeq: 8, endSeq: 8 }], unverified: [{ startSeq: 7, endSeq: 7 }] }, { lo: 3, hi: 9, tail: true });
    expect(items.map((item) => (item.type === 'gap' ? `gap ${item.startSeq}-${item.endSeq}` : `${item.message.content}${item.verified ? '' : '?'}`))).toEqual(['m3', 'gap 4-6', 'm7?', 'gap 8-8', 'm9']);
  });
});
