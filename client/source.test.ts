import { expect, test } from 'vitest';
import { createSource } from './source.ts';

test('readers are told once for everything that happens in one go, and the value is computed when somebody looks', async () => {
  let computed = 0;
  let told = 0;
  const source = createSource((previous: number | null) => {
    computed += 1;
    return (previous ?? 0) + 1;
  });
  source.touch();
  expect(computed).toBe(0);
  source.subscribe(() => (told += 1));
  for (let change = 0; change < 5; change += 1) source.touch();
  await Promise.resolve();
  expect([told, computed]).toEqual([1, 0]);
  expect(source.getSnapshot()).toBe(source.getSnapshot());
  expect(computed).toBe(1);
});

test('the first and the last reader are noticed; leaving twice counts once', () => {
  const uses: boolean[] = [];
  const source = createSource(() => 0, (used) => uses.push(used));
  const same = (): void => undefined;
  const leaveA = source.subscribe(same);
  const leaveB = source.subscribe(same);
  leaveA();
  leaveA();
  expect(uses).toEqual([true]);
  leaveB();
  expect(uses).toEqual([true, false]);
});
