import { expect, test } from 'vitest';
import { contextText, refusalLines } from './context-text.ts';

const person = (id: string, fullName: string) => ({ id, username: id, fullName, isTechnician: true });

test('#55 what happened meanwhile is said by name', () => {
  expect(contextText({ kind: 'ticket-closed', statusId: 4, statusIdThen: 1, at: null }, 'me')).toMatch(/closed meanwhile\. It was open when you wrote/);
  expect(contextText({ kind: 'ticket-closed', statusId: 4, statusIdThen: null, at: null }, 'me')).toMatch(/closed meanwhile\. Reopen/);
  expect(contextText({ kind: 'reassigned', from: person('me', 'Tess'), to: person('b', 'Theo Ames'), at: null }, 'me')).toBe('The ticket went from you to Theo Ames while this waited.');
  expect(contextText({ kind: 'reassigned', from: null, to: null, at: null }, 'me')).toContain('from nobody to nobody');
  expect(contextText({ kind: 'access-lost' }, 'me')).toContain('cannot see this ticket any more');
});

test('#55 the same is not said twice', () => {
  expect(refusalLines('The ticket is closed.', { kind: 'ticket-closed', statusId: 4, statusIdThen: 1, at: null }, 'me')).toHaveLength(1);
  expect(refusalLines('Not yours.', { kind: 'access-lost' }, 'me')).toEqual(['Not yours.', expect.stringContaining('cannot see this ticket')]);
  expect(refusalLines('', null, 'me')).toEqual(['This message could not be sent.']);
});
