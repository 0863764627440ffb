import { describe, expect, test } from 'vitest';
import { rowKey } from '../../protocol/views.ts';
import { emptyChat } from '../store/empty-records.ts';
import { message, uuid } from '../testing/store-records.ts';
import { modelOf, type ChatModel } from './chat-model.ts';
import { historyText } from './history-text.ts';
import { mergeChange, NO_CHANGE, shown, type Change } from './merge.ts';

const CHAT = uuid(0xc);

describe('M-2 S-2 a message that was deleted and sent again', () => {
  const key = uuid(0xaa);
  const [first, second] = [message(1, CHAT, 3, { clientTempId: key, _revision: 3 }), message(2, CHAT, 4, { clientTempId: key, _revision: 5 })];
  const empty = { ...modelOf({ ...emptyChat(CHAT, 1), _floor: 1, lastSyncedSequence: 2 }, []), resident: [{ start: 1, end: 100 }] };
  const merge = (model: ChatModel, change: Partial<Change>) => mergeChange(model, { ...NO_CHANGE, settles: true, ...change }, 1);

  test('when the first goes, screens are told of the second, whichever they show (sim seed 1760004733)', () => {
    const held = { ...merge(merge(empty, { rows: [first] }).model, { rows: [{ ...second, clientTempId: uuid(0xbb) }] }).model, rows: [first, second] };
    const merged = merge(held, { deletions: [{ sequenceNumber: 3, revision: 4 }] });
    expect(merged.model.rows.map(({ id }) => id)).toEqual([second.id]);
    const { upserts, removals } = shown(held, merged);
    expect(removals).toEqual([]);
    expect(upserts.map((row) => [rowKey(row), row.sequenceNumber])).toEqual([[key, 4]]);
  });

  test.each([
    ['first, then second', [first, second]],
    ['second, then first', [second, first]],
  ])('is one row, whichever comes first (%s): the first was gone before the second came (sim seed 1830002412)', (_, rows) => {
    const merged = rows.reduce((before, row) => merge(before.model, { rows: [row] }), merge(empty, {}));
    expect(merged.model.rows.map(({ id }) => id)).toEqual([second.id]);
    expect(historyText(merged.model.history)).toBe('[1..4] deleted(3@4)');
    expect(shown(empty, merged).removals).toEqual([]);
  });

  test('its first place has to go from the store too, and a late page does not bring it back', () => {
    const held = merge(empty, { rows: [first] }).model;
    const merged = merge(held, { rows: [second], own: key });
    expect(merged).toMatchObject({ removed: [first], removedSequences: [3] });
    const late = { start: 1, end: 3, complete: true, revision: 3, beginning: true };
    const after = merge(merged.model, { rows: [first], answer: late });
    expect(after.model.rows.map(({ id }) => id)).toEqual([second.id]);
  });

  test('a row that is proven to be there now is not taken away by one that a server lost when it was set back', () => {
    const held = merge(empty, { rows: [second] }).model;
    expect(merge(held, { rows: [first], own: key }).model.rows).toContainEqual(first);
    const page = { start: 1, end: 3, complete: true, revision: 5, beginning: true };
    expect(merge(held, { rows: [first], answer: page }).model.rows).toContainEqual(first);
  });
});

test('#24 H-7 a server that was set back and has come exactly as far again: what was deleted in that revision is there again in its answer', () => {
  const row = message(1, CHAT, 2, { _revision: 2 });
  const gone = { ...modelOf({ ...emptyChat(CHAT, 1), _voids: [{ startSeq: 2, endSeq: 2, revision: 7, reason: 'deleted' }] }, []) };
  const answer = { start: 1, end: 2, complete: true, revision: 7, beginning: true };
  expect(historyText(mergeChange(gone, { ...NO_CHANGE, rows: [row], answer, settles: true }, 1).model.history)).toBe('[1..2] void(1@7)');
  // One that is older than the deletion brings nothing back.
  expect(historyText(mergeChange(gone, { ...NO_CHANGE, rows: [row], answer: { ...answer, revision: 6 }, settles: true }, 1).model.history)).toBe('[1..2] void(1@6) deleted(2@7)');
});
