import { expect, test } from 'vitest';
import { capacityText, laneText, pauseText, untilText } from './outbox-text.ts';

test('a countdown never shows zero or less', () => {
  expect([3_001, 1, 0, -5_000].map((inMs) => untilText(10_000 + inMs, 10_000))).toEqual(['4 s', '1 s', 'now', 'now']);
  expect([60_000, 80_000, 3_600_000].map((inMs) => untilText(inMs, 0))).toEqual(['1 min', '1 min 20 s', '60 min']);
});

test('a lane that waits says when it goes on', () => {
  expect(laneText({ kind: 'retry', atMs: 4_000, why: null }, 0)).toBe('Next try in 4 s');
  expect(laneText({ kind: 'retry', atMs: 0, why: null }, 10)).toBe('Trying again now');
  expect(laneText({ kind: 'paused', pause: { reason: 'offline', until: null } }, 0)).toBe('Waits for the connection');
  expect(pauseText({ reason: 'rate-limited', until: 120_000 }, 0)).toContain('next try in 2 min');
});

test('the outbox warns before it is full, and says what happens then', () => {
  expect(capacityText({ count: 799, limit: 1_000, warning: 'none' })).toBeNull();
  expect(capacityText({ count: 800, limit: 1_000, warning: 'nearly-full' })).toMatch(/800 of the 1,000 .* 200 more/);
  expect(capacityText({ count: 1_000, limit: 1_000, warning: 'full' })).toContain('Nothing more is taken');
});
