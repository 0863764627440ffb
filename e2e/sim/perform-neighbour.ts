/** Actions of the second person who uses the browser profile, and of the two of them changing places. */
import type { ActionKind } from './action.ts';
import { choose, tabName, tabOf } from './choose.ts';
import type { Neighbour } from './neighbour.ts';
import type { Perform } from './perform.ts';
import type { SimTab } from './sim-tab.ts';
import type { World } from './world.ts';

/** Only in worlds that have her. */
const shared =
  (run: (world: World, neighbour: Neighbour, numbers: { readonly a: number; readonly b: number; readonly c: number }) => ReturnType<Perform>): Perform =>
  (world, action) =>
    world.neighbour ? run(world, world.neighbour, action) : null;

const readyTab = ({ tabs }: Neighbour, number: number): SimTab | undefined => choose(tabs.filter((tab) => tab.isReady()), number);

/** See the head of the file. */
export const neighbourActions = {
  neighbourOpens: shared((_world, neighbour) => (neighbour.openTab() ? 'the neighbour opens a tab' : null)),
  neighbourSends: shared((_world, neighbour, { a }) => {
    const tab = readyTab(neighbour, a);
    return tab ? `the neighbour sends "${neighbour.send(tab).content}"` : null;
  }),
  neighbourHears: shared((_world, neighbour) => {
    neighbour.hear();
    return 'somebody writes to the neighbour';
  }),
  neighbourLeaves: shared((_world, neighbour, { a, b }) => {
    const tab = choose(neighbour.tabs, a);
    if (!tab) return null;
    neighbour.closeTab(tab, b % 2 === 0);
    return `a tab of the neighbour ${b % 2 === 0 ? 'closes' : 'crashes'}`;
  }),
  neighbourSignsOut: shared((_world, neighbour, { a, b }) => {
    const tab = readyTab(neighbour, a);
    if (!tab) return null;
    neighbour.signOut(tab, b % 2 === 0);
    return `the neighbour signs out${b % 2 === 0 ? ', and wipes' : ''}`;
  }),
  neighbourDies: shared((_world, neighbour, { a }) => {
    neighbour.kill(a % 300);
    return 'the daemon of the neighbour is killed';
  }),
  strangeToken: shared((world, neighbour, { a, b }) => {
    if (a % 2 === 0) {
      neighbour.mistake();
      return 'the next token that the neighbour is asked for is not hers';
    }
    world.tokenAnswers.add({ with: 'strange', afterMs: b % 500 });
    return 'the next tab that is asked for a token gives that of the neighbour';
  }),
  switchUser: shared((world, neighbour, { a, b }) => {
    const wipe = b % 3 === 0;
    const how = wipe ? ', which wipes' : '';
    if (a % 2 === 0) {
      const tab = readyTab(neighbour, a);
      if (!tab) return null;
      neighbour.signOut(tab, wipe, () => void world.openTab());
      return `the neighbour signs out${how}, and the other one signs in in that tab`;
    }
    const { host } = world;
    const tab = tabOf(world, a);
    if (!tab || !host) return null;
    host.signOut(tab, wipe, () => void neighbour.openTab());
    return `${tabName(world, tab)} signs out${how}, and the neighbour signs in in that tab`;
  }),
} satisfies Partial<Record<ActionKind, Perform>>;
