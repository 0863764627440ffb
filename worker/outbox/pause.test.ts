import { expect, test } from 'vitest';
import { createPause } from './pause.ts';

test('#100 S-4 a pause is never longer than the longest one asked for, whatever the clock does meanwhile', () => {
  let now = 1_000_000;
  const pause = createPause({ now: () => now });
  expect(pause.untilAt() - now).toBeLessThanOrEqual(0);
  pause.extend(now + 5_000);
  pause.extend(now + 2_000);
  expect(pause.untilAt() - now).toBe(5_000);
  now -= 60_000;
  pause.extend(now + 5_000);
  expect(pause.untilAt() - now).toBe(5_000);
  now += 90_000;
  expect(pause.untilAt()).toBeLessThan(now);
  now -= 90_000;
  expect(pause.untilAt()).toBeLessThan(now);
});
