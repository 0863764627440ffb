/**
 * A chaos run: rounds of random trouble, each ended by a comparison.
 *
 * Owns: the browser, the server and the time. The seed decides what is tried in which order; the moments at which it hits are the machine's,
 * and whatever they are, nothing may be broken.
 */
import { chromium } from '@playwright/test';
import { startReferenceServer } from '../backend/index.ts';
import { browserFlags } from '../fixtures/find-browser.ts';
import { findOrInstallBrowser } from '../fixtures/install-browser.ts';
import { createRandom } from '../sim/random.ts';
import { pickAction } from './action.ts';
import { createChaosWorld, startRound } from './chaos-world.ts';
import { restoreAndCompare } from './compare.ts';
import { hostActions } from './host-actions.ts';
import { createJournal } from './journal.ts';
import { networkActions } from './network-actions.ts';
import { peopleActions } from './people-actions.ts';

/** How a run goes. */
export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Folder of the built desk. */
  readonly desk: string;
  /** Show what is done, not only what came before a violation. */
  readonly verbose: boolean;
  print(line: string): void;
}

/** What it came to. */
export interface ChaosResult {
  readonly kills: number;
  readonly violations: number;
}

const ROUND_MS = 60_000;
const PAUSE_MS = 300;
const ACTIONS = [...peopleActions, ...hostActions, ...networkActions];

/** Runs, and answers what it found. */
export async function runChaos({ minutes, seed, desk, verbose, print }: ChaosOptions): Promise<ChaosResult> {
  const random = createRandom(seed);
  const journal = createJournal(print, Date.now);
  const server = await startReferenceServer({ data: 'memory', staticDir: desk });
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: browserFlags() });
  const world = await createChaosWorld(browser, server, journal);
  const say = (text: string): void => {
    journal.note(text);
    if (verbose) print(text);
  };
  try {
    for (let leftMs = minutes * 60_000; leftMs > 0; leftMs -= ROUND_MS) {
      await startRound(world);
      const roundEndsAt = Date.now() + Math.min(ROUND_MS, leftMs);
      while (Date.now() < roundEndsAt) {
        const done = await pickAction(ACTIONS, random)(world, random);
        if (done !== null) say(done);
        await new Promise((resolve) => setTimeout(resolve, random.int(PAUSE_MS)));
      }
      await restoreAndCompare(world);
      print(`round over: ${world.round.written.all().length} sent, ${world.kills} kills and ${journal.violations()} violations so far`);
    }
  } finally {
    await world.close().catch(() => undefined);
    await browser.close();
    await server.close();
  }
  return { kills: world.kills, violations: journal.violations() };
}
