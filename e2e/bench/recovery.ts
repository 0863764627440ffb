/**
 * `recovery-25`: the daemon is killed while 25 tabs show one chat; until the last of them is connected to the next daemon with the chat on
 * its screen. The floor: a worker written by hand dies, tabs that wait for its lock make the next one and ask it for the rows.
 */
import { controlDaemons } from '../fixtures/daemon-control.ts';
import type { BenchBrowser } from './bench-browser.ts';
import type { Side } from './pages/commands.ts';
import { median, resultOf, type Result } from './result.ts';

const TABS = 25;
const DEATHS = 7;

/** Measures `recovery-25`. */
export async function measureRecovery(browser: BenchBrowser): Promise<Result> {
  const pages = await browser.openTabs(TABS);
  const driver = browser.context.browser();
  const [first] = pages;
  if (!driver || !first) throw new Error('No control over the browser.');
  const daemons = await controlDaemons(driver, browser.context);
  await Promise.all(pages.map((page) => page.evaluate(() => window.bench.watch('daemon', [0]))));

  const killed: Record<Side, () => Promise<number>> = {
    daemon: async () => {
      const at = Date.now();
      await daemons.kill('bench');
      return at;
    },
    bare: async () => (await first.evaluate(() => window.bench.order('bare', { kind: 'die' })))[0]?.[1] ?? Number.NaN,
  };
  const times: Record<Side, number[]> = { daemon: [], bare: [] };
  for (let death = 0; death <= DEATHS; death++) {
    for (const side of ['daemon', 'bare'] as const) {
      const alive = pages.map((page) => page.evaluate((of) => window.bench.liveAgain(of, 0), side));
      // Asked in all tabs before it dies: evaluations of one page run in order.
      await Promise.all(pages.map((page) => page.evaluate(() => undefined)));
      const diedAt = await killed[side]();
      const lastAt = Math.max(...(await Promise.all(alive)));
      if (death > 0) times[side].push(lastAt - diedAt);
    }
  }
  await daemons.close();
  return resultOf(`recovery-${TABS}`, 'ms', median(times.daemon), median(times.bare), times.daemon.length);
}
