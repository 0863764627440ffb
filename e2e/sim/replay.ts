/**
 * A recording played again: the real daemon over the model server, under virtual time, with every promise checked as in any simulation.
 *
 * Owns: what happens when. First the recorded daemon's own claims are checked (`check-recording.ts`), then what its tabs, its server and its
 * network did is done once more at the same distances in time.
 *
 * What a replay cannot bring back: the state of the cache before the recording (chats that were held are opened once before it begins), what
 * the server never told, jitter (drawn anew, from a fixed seed), the exact interleaving of disk and network, files, and calls of inspection and
 * clearing.
 */
import { checkCommit } from './check-commit.ts';
import { checkEnd } from './check-end.ts';
import { checkRecording } from './check-recording.ts';
import { checkTabs, type ShownMarks } from './check-tabs.ts';
import { performCall, type ReplayTabs } from './perform-replay.ts';
import { quiesce } from './quiesce.ts';
import type { Regime } from './regime.ts';
import { faultsOf } from './replay-faults.ts';
import { readRecording, type RecordedEvent, type Recording } from './replay-recording.ts';
import { createReplayChat, type ReplayChat } from './replay-server.ts';
import { truthOf } from './replay-truth.ts';
import { createVerdict, type Violation } from './violation.ts';
import { createWorld } from './create-world.ts';
import type { World } from './world.ts';

/** What became of a replay. */
export interface ReplayOutcome {
  /** `recording`: what was recorded breaks the promise by itself. `replay`: it was broken again. */
  readonly stage: 'recording' | 'replay';
  readonly violation: Violation | null;
  /** Events that were played. */
  readonly events: number;
  readonly lines: readonly string[];
}

const REGIME: Regime = { chats: [], requestMs: 0, answerMs: 0, frameMs: 0, storeMs: 1, stepMs: 0, idempotent: true, appendsRead: true, maxTabs: 1_000, outboxLimit: 1_000, sending: false, media: null, host: false };
/** Time for chats that were held to be held again. */
const FILL_MS = 2_000;
/** Writes that failed and of whose recovery nothing is told. */
const WRITES_FAIL_MS = 5_000;

interface Step {
  readonly at: number;
  readonly run: () => void;
}

/** Plays the recording of a file's text. Throws an `Error` for a text that is none. */
export async function replay(text: string, keepLines = false): Promise<ReplayOutcome> {
  const recording = readRecording(text);
  const truth = truthOf(recording);
  const verdict = createVerdict();
  checkRecording(recording, truth, verdict);
  const claimed = verdict.first();
  if (claimed) return { stage: 'recording', violation: claimed, events: 0, lines: [] };

  const world = await createWorld({ seed: 1, regime: REGIME, keepLines });
  const onUnheard = (error: unknown): void => world.verdict.broken('unheard', error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on('unhandledRejection', onUnheard);
  try {
    world.onCommit = (committed) => checkCommit(world, committed);
    const sent = new Set(recording.events.flatMap((event) => (event.t === 'call' && event.name === 'send' ? [String(event.input['clientTempId'])] : [])));
    const chats = new Map(truth.chats.map((chat) => [chat.requestId, createReplayChat(world, chat, (id) => sent.has(id))]));
    await fill(world, truth.chats.filter(({ held }) => held).map(({ requestId }) => requestId));

    const stored = new Set(truth.chats.flatMap(({ evidence }) => evidence.flatMap(({ row }) => row?.clientTempId ?? [])));
    for (const [kind, fault] of faultsOf(recording, (id) => stored.has(id))) world.network.addFault(kind, fault);
    const events = await run(world, stepsOf(world, recording, chats));
    if (!world.verdict.first()) {
      await quiesce(world);
      world.sent.checkStep();
      if (!world.verdict.first()) await checkEnd(world);
    }
    return { stage: 'replay', violation: world.verdict.first(), events, lines: world.log.lines() };
  } finally {
    process.off('unhandledRejection', onUnheard);
  }
}

/** Opens chats once, so that the cache holds them. */
async function fill(world: World, requestIds: readonly string[]): Promise<void> {
  const tab = world.openTab();
  await world.time.advance(100);
  for (const requestId of requestIds) tab?.openChat(requestId, 'newest');
  await world.time.advance(FILL_MS);
  if (tab) world.removeTab(tab, true);
  await world.time.advance(100);
}

function stepsOf(world: World, recording: Recording, chats: ReadonlyMap<string, ReplayChat>): readonly Step[] {
  const { events } = recording;
  const tabs: ReplayTabs = new Map();
  const denied = new Set<string>();
  const sequenceOf = (requestId: string, seq: number): number => chats.get(requestId)?.sequenceOf(seq) ?? seq;
  const after = (at: number, fits: (event: RecordedEvent) => boolean): RecordedEvent | undefined => events.slice(at + 1).find(fits);

  const stepOf = (event: RecordedEvent, at: number): (() => void) | null => {
    if (event.t === 'flight') return at === 0 ? null : () => world.kill(0);
    if (event.t === 'call') return () => performCall(world, tabs, event, sequenceOf);
    if (event.t === 'left') {
      return () => {
        const tab = tabs.get(event.tab);
        tabs.delete(event.tab);
        if (tab?.isAlive()) world.removeTab(tab, false);
      };
    }
    if (event.t === 'log' && event.event === 'write failed') {
      const healed = after(at, (other) => other.t === 'log' && other.event === 'writes succeed again');
      return () => (world.durable.failWritesUntilAt = world.time.clock.now() + (healed ? healed.at - event.at : WRITES_FAIL_MS));
    }
    if (event.t === 'link' && event.up) return () => world.network.restore();
    if (event.t === 'link') {
      if (event.code === 'UNAUTHORIZED') return () => world.network.expireToken();
      // What is answered while the link is away tells that only the link was.
      const up = after(at, (other) => other.t === 'link' && other.up);
      const answered = after(at, (other) => other.t === 'answer' && other.code === null);
      const isLinkAlone = answered !== undefined && (!up || events.indexOf(answered) < events.indexOf(up));
      return () => (isLinkAlone ? world.network.dropLink() : world.network.cut());
    }
    if (event.t !== 'push' || event.requestId === undefined || !chats.has(event.requestId)) return null;
    const { requestId, type, lastRead = 0 } = event;
    if (type === 'removed') {
      denied.add(requestId);
      return () => {
        world.markMayFall.add(requestId);
        world.server.setAccess(requestId, false);
      };
    }
    if (type === 'ticket' && denied.delete(requestId)) return () => world.server.setAccess(requestId, true);
    if (type === 'read' && lastRead > 0) return () => world.server.readElsewhere(requestId, sequenceOf(requestId, lastRead));
    return null;
  };

  const changes = [...chats.values()].flatMap((chat) => chat.changes.map((change): Step => ({ at: change.at, run: () => chat.apply(change) })));
  const happened = events.flatMap((event, at): Step[] => {
    const step = stepOf(event, at);
    return step ? [{ at: event.at, run: step }] : [];
  });
  // A stable sort: at one instant the server comes first, because what it told then it had already.
  return [...changes, ...happened].sort((a, b) => a.at - b.at);
}

/** Runs the steps, as far apart as they were; answers how many. */
async function run(world: World, steps: readonly Step[]): Promise<number> {
  const marks = new WeakMap() as ShownMarks;
  let done = 0;
  let at = steps[0]?.at ?? 0;
  for (const step of steps) {
    if (step.at > at) {
      await world.time.advance(step.at - at);
      at = step.at;
      checkTabs(world, marks);
      world.sent.checkStep();
    }
    if (world.verdict.first()) break;
    step.run();
    done += 1;
  }
  await world.time.advance(100);
  checkTabs(world, marks);
  world.sent.checkStep();
  return done;
}
