/**
 * The world of a chaos run: one browser with tabs of two people, the reference server behind the fault proxy, and two tickets that both
 * write in.
 *
 * Owns: opening and forgetting tabs, everything that was begun and must be undone. Decides nothing by itself.
 */
import type { Browser, Page } from '@playwright/test';
import type { ReferenceServer } from '../backend/index.ts';
import { openDesk, type Desk, type NewTicket } from '../fixtures/desk.ts';
import type { Person } from '../fixtures/person.ts';
import { watchScreen } from './in-page.ts';
import type { Journal } from './journal.ts';
import { createWrittenMessages, type WrittenMessages } from './written.ts';

/** A tab of the run. */
export interface ChaosTab {
  readonly name: string;
  readonly user: Person;
  readonly page: Page;
  /** Set while its thread stands still. */
  wake: (() => Promise<void>) | null;
  /** A reload is under way. */
  loading: boolean;
}

/** What begins anew with every round. */
export interface Round {
  readonly tickets: readonly NewTicket[];
  readonly written: WrittenMessages;
  readonly tabs: Set<ChaosTab>;
}

/** See the head of the file. */
export interface ChaosWorld {
  readonly desk: Desk;
  readonly journal: Journal;
  readonly users: readonly [Person, Person];
  round: Round;
  kills: number;
  /** Text that nobody has written before. */
  newText(): string;
  openTab(user: Person, ticket: NewTicket): Promise<void>;
  /** Lets something go on beside what comes next. What it rejects with is nobody's business: what it did is compared at the end. */
  begin(work: Promise<unknown>): void;
  /** To be undone before the comparison; a second call of the undo must do nothing. */
  undoLater(undo: () => Promise<void> | void): void;
  /** Undoes everything, and waits so long at most until nothing that was begun is under way. */
  undoAll(withinMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens the world in a browser. */
export async function createChaosWorld(browser: Browser, server: ReferenceServer, journal: Journal): Promise<ChaosWorld> {
  const desk = await openDesk(browser, server);
  const underWay = new Set<Promise<unknown>>();
  let undos: (() => Promise<void> | void)[] = [];
  let texts = 0;
  let opened = 0;

  const world: ChaosWorld = {
    desk,
    journal,
    users: [desk.technician, desk.requester],
    round: { tickets: [], written: createWrittenMessages(), tabs: new Set() },
    kills: 0,
    newText: () => `line ${++texts}`,
    openTab: async (user, ticket) => {
      const name = `tab ${++opened} of ${user.username}`;
      const tab: ChaosTab = { name, user, page: await desk.context.newPage(), wake: null, loading: false };
      world.round.tabs.add(tab);
      await tab.page.goto(`${desk.proxy.origin}/?${new URLSearchParams({ as: user.username, ticket: ticket.id })}`);
    },
    begin: (work) => {
      const done: Promise<unknown> = work.catch(() => undefined).finally(() => underWay.delete(done));
      underWay.add(done);
    },
    undoLater: (undo) => void undos.push(undo),
    undoAll: async (withinMs) => {
      const all = undos;
      undos = [];
      for (const undo of all) await undo();
      const late = new Promise<void>((resolve) => void setTimeout(resolve, withinMs).unref());
      await Promise.race([Promise.all(underWay), late]);
    },
    close: () => desk.close(),
  };
  await desk.context.exposeFunction('chaosBroken', (promise: string, text: string) => journal.broken(promise, text));
  await desk.context.exposeFunction('chaosTickets', () => world.round.tickets.map(({ id }) => id));
  await desk.context.addInitScript(watchScreen);
  desk.context.on('weberror', (error) => journal.broken('unheard', error.error().stack ?? String(error.error())));
  return world;
}

/** Two new tickets, and two tabs of each person with one of them. */
export async function startRound(world: ChaosWorld): Promise<void> {
  for (const { page } of world.round.tabs) await page.close();
  const tickets = [await world.desk.newTicket(), await world.desk.newTicket()] as const;
  world.round = { tickets, written: createWrittenMessages(), tabs: new Set() };
  for (const user of world.users) for (const ticket of tickets) await world.openTab(user, ticket);
}
