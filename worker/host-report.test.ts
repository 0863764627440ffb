import { expect, test } from 'vitest';
import type { HostState } from '../protocol/index.ts';
import { createHostReport } from './host-report.ts';
import { createVirtualTime } from './testing/virtual-time.ts';

const state = (tabs: number): HostState => ({ epoch: 'epoch', link: 'live', storage: 'indexeddb', trouble: null, tabs, lacks: [], pending: 0, needsToken: false });

test('#86 a tab that joins just as another one leaves is told how many there are, though that is what was told last (sim seed 1798000240)', async () => {
  const time = createVirtualTime();
  const told: number[] = [];
  let tabs = 1;
  const report = createHostReport(() => state(tabs), time, ({ tabs: count }) => told.push(count));
  report.changed();
  await time.advance(100);
  tabs = 2;
  report.changed(true);
  tabs = 1;
  report.changed();
  await time.advance(100);
  expect(told).toEqual([1, 1]);
  report.changed();
  await time.advance(100);
  expect(told).toEqual([1, 1]);
});
