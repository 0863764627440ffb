import { expect, test } from 'vitest';
import { limitsText, megabytesOf, megabytesText } from './limits-text.ts';

const MEGABYTE = 1_000_000;
const usage = {
  limits: { budgetBytes: 100 * MEGABYTE, messageBudgetBytes: 1024 * MEGABYTE, chosen: { budgetBytes: false, messageBudgetBytes: false }, defaults: { budgetBytes: 100 * MEGABYTE, messageBudgetBytes: 1024 * MEGABYTE } },
  messagesSize: 10 * MEGABYTE,
  mediaSize: 50 * MEGABYTE,
};

test('megabytes as people write them', () => {
  expect(['250', '0.5', '', 'many', '-3', '1.5'].map(megabytesOf)).toEqual([250 * MEGABYTE, null, null, null, null, 1.5 * MEGABYTE]);
  expect([1.5 * MEGABYTE, 104_857_600, 2 ** 30].map(megabytesText)).toEqual(['1.5', '105', '1074']);
});

test('the question names what would go, and is not asked when nothing changes', () => {
  expect(limitsText(usage, { messageBudgetBytes: 1024 * MEGABYTE, budgetBytes: 100 * MEGABYTE })).toBeNull();
  expect(limitsText(usage, { messageBudgetBytes: 1024 * MEGABYTE, budgetBytes: 200 * MEGABYTE })).toMatch(/Nothing has to go\.$/);
  const text = limitsText(usage, { messageBudgetBytes: 5 * MEGABYTE, budgetBytes: 20 * MEGABYTE });
  expect(text).toMatch(/About 6(\.0)? MB of messages and about 34(\.0)? MB of files will go/);
  expect(text).toContain('Pinned files and what was not sent stay');
});
