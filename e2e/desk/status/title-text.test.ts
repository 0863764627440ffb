import { expect, test } from 'vitest';
import { deskTitle } from './title-text.ts';

test('the title tells unread messages first, then the ticket', () => {
  expect(deskTitle(0, null)).toBe('Support desk');
  expect(deskTitle(3, null)).toBe('(3) Support desk');
  expect(deskTitle(0, 'Printer')).toBe('Printer · Support desk');
  expect(deskTitle(3, 'Printer', '▶ ')).toBe('▶ (3) Printer · Support desk');
  expect(deskTitle(12, 'Printer')).toBe('(12) Printer · Support desk');
});
