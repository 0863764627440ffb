import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NoticeMark } from '../../protocol/index.ts';
import { compareMark, markOf, type TicketState } from './notice-marks.ts';

/** What happens to a chat, as its server sees it. `known`: this user's daemon hears how things stand after it. */
type Step = { readonly kind: 'theirs' | 'own' | 'own-unmarked' | 'read'; readonly part: number; readonly known: boolean };

const step: fc.Arbitrary<Step> = fc.record({ kind: fc.constantFrom('theirs', 'theirs', 'own', 'own-unmarked', 'read'), part: fc.double({ min: 0, max: 1, noNaN: true }), known: fc.boolean() });

test('T-6 whatever happens to a chat, no more is told than what came since and is unread', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const theirs: number[] = [];
      let head = 0;
      let read = 0;
      let mark: NoticeMark = { head: 0, unread: 0, read: 0 };
      const look = (): void => {
        const unread = theirs.filter((sequence) => sequence > read);
        const ticket: TicketState = { headSequence: head, unreadCount: unread.length, lastReadSequence: read };
        const fresh = unread.filter((sequence) => sequence > mark.head).length;
        const compared = compareMark(mark, ticket);
        expect(compared.count).toBeLessThanOrEqual(fresh);
        // While nothing is read, everything is told.
        if (read === mark.read) expect(compared.count).toBe(fresh);
        mark = compared.count > 0 ? markOf(ticket) : compared.mark;
      };
      for (const { kind, part, known } of steps) {
        if (kind === 'read') read = Math.max(read, Math.round(read + part * (head - read)));
        else {
          head += 1;
          if (kind === 'theirs') theirs.push(head);
          if (kind === 'own') read = head;
        }
        if (known) look();
      }
    }),
  );
});

test('T-6 a message that is pushed is told at once, whichever of count and head is known first', () => {
  const mark = { head: 3, unread: 1, read: 2 };
  expect(compareMark(mark, { headSequence: 3, unreadCount: 2, lastReadSequence: 2 })).toEqual({ mark, count: 0 });
  expect(compareMark(mark, { headSequence: 4, unreadCount: 1, lastReadSequence: 2 })).toEqual({ mark, count: 0 });
  expect(compareMark(mark, { headSequence: 4, unreadCount: 2, lastReadSequence: 2 }).count).toBe(1);
});

test('T-6 where the unread count is an estimate that is too high, no more is told than came since (sim seed 1900000358)', () => {
  expect(compareMark({ head: 60, unread: 4, read: 56 }, { headSequence: 62, unreadCount: 14, lastReadSequence: 56 }).count).toBe(2);
});

test('T-6 a server that was set back begins anew', () => {
  expect(compareMark({ head: 9, unread: 2, read: 5 }, { headSequence: 6, unreadCount: 1, lastReadSequence: 5 })).toEqual({ mark: { head: 6, unread: 1, read: 5 }, count: 0 });
});
