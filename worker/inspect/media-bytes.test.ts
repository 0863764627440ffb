import { expect, test } from 'vitest';
import { media, uuid } from '../testing/store-records.ts';
import { freedBytes, mediaBytes } from './media-bytes.ts';

const [first, second] = [uuid(1), uuid(2)];
const held = (id: string, requestId: string, key: string, more = {}) => media(id, { requestId, localBlobKey: key, fileSize: 100, downloadStatus: 'completed', ...more });

test('D-4 a body that files share counts once, in a chat and over chats; parts and thumbnails count for each', () => {
  const records = [held('a', first, 'x', { _thumbnailSize: 7 }), held('b', first, 'x'), held('c', second, 'x'), held('d', second, 'y'), media('e', { requestId: second, _partial: { size: 5, etag: '"1"' } })];
  expect(mediaBytes(records)).toBe(212);
  expect(mediaBytes(records.filter(({ requestId }) => requestId === first))).toBe(107);
  expect(freedBytes(records, new Set([first]))).toBe(7);
  expect(freedBytes(records, new Set([second]))).toBe(105);
  expect(freedBytes(records, new Set([first, second]))).toBe(212);
});
