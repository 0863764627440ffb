import { expect, test } from 'vitest';
import { rowKey } from '../../protocol/views.ts';
import { emptyChat } from '../store/empty-records.ts';
import { message, uuid } from '../testing/store-records.ts';
import { modelOf } from './chat-model.ts';
import { mergeChange, NO_CHANGE, shown } from './merge.ts';

const CHAT = uuid(0xc);

test('M-2 S-2 a message that was deleted and sent again: when the first goes, screens are told of the second, whichever they show (sim seed 1760004733)', () => {
  const key = uuid(0xaa);
  const [first, second] = [message(1, CHAT, 3, { clientTempId: key, _revision: 3 }), message(2, CHAT, 4, { clientTempId: key, _revision: 5 })];
  const empty = { ...modelOf({ ...emptyChat(CHAT, 1), _floor: 1, lastSyncedSequence: 2 }, []), resident: [{ start: 1, end: 100 }] };
  const held = mergeChange(empty, { ...NO_CHANGE, rows: [first, second], settles: true }, 1).model;
  expect(held.rows).toHaveLength(2);
  const merged = mergeChange(held, { ...NO_CHANGE, deletions: [{ sequenceNumber: 3, revision: 4 }], settles: true }, 2);
  expect(merged.model.rows.map(({ id }) => id)).toEqual([second.id]);
  const { upserts, removals } = shown(held, merged);
  expect(removals).toEqual([]);
  expect(upserts.map((row) => [rowKey(row), row.sequenceNumber])).toEqual([[key, 4]]);
});
