/**
 * T-6: a new message of somebody else is told to exactly one tab, once; to none while a visible tab shows its chat.
 *
 * Owns: these checks, at every notice that a tab tells its person of, at every step, and at rest. Written from SPEC.md, without the code under test.
 * A message that nobody is told of is a fault only where nothing happened since that may cost a notice: a daemon that died, a tab that was frozen,
 * storage that refused, a clock that was set.
 */
import type { NoticeFrame } from '../../protocol/index.ts';
import { isStorable } from './check-stored.ts';
import { nameOf, tabName } from './choose.ts';
import type { SimChat } from './sim-chat.ts';
import type { SimTab } from './sim-tab.ts';
import { SIM_USER, type World } from './world.ts';

/** See the head of the file. */
export interface NoticeCheck {
  /** A tab that is awake tells its person. */
  onNotices(tab: SimTab, notices: NoticeFrame['notices']): void;
  /** After every step. */
  checkStep(): void;
  /** Nothing happens any more. */
  checkRest(): void;
}

/** What is known of a chat. */
interface Told {
  /** Head that the last notice named. */
  head: number;
  /** Others' messages that came since the beginning and that nobody was told of or saw. */
  readonly owed: Set<number>;
  /** Number of the daemon that told it while storage refused: the next one may not know. */
  unsafeIn: number | null;
  seenHead: number;
  revision: number;
  forgottenUpTo: number;
  /** Messages that do not count any more. */
  gone: number;
  /** Was its ticket stored at the end of the last step? What came before is history, which nobody is told of (SPEC.md, chapter 10). */
  isListed: boolean;
  /** This user's mark on the server. */
  serverRead: number;
  /** What was told fell on the server, by a read or a deletion: what the daemon has to have heard to know of it. */
  lowered: { readonly revision: number; readonly lastRead: number };
  isLowered: boolean;
}

/** Who opened a chat, or looked up, so long ago is known to do so. */
const SETTLED_MS = 2_000;

/** What a sleeping tab was told is told to others by then, one after the other. */
const RETOLD_WITHIN_MS = 30_000;

/** Nobody was told of anything yet; what is there is history. */
export function createNoticeCheck(world: World): NoticeCheck {
  const { server, time, verdict, durable, media } = world;
  const chats = new Map<string, Told>();
  const shownSince = new WeakMap<SimChat, { readonly at: number; readonly life: number }>();
  /** A tab slept: what it was told, and did not hear, is told to another one later. */
  let sleptAt = Number.NEGATIVE_INFINITY;
  let life = 0;
  let offset = 0;
  let tabs: readonly SimTab[] = [];
  for (const { id, head, revision, forgottenUpTo, lastRead } of server.chats.values()) {
    chats.set(id, { head, owed: new Set(), unsafeIn: null, seenHead: head, revision, forgottenUpTo, gone: 0, isListed: false, serverRead: lastRead, lowered: { revision: 0, lastRead: 0 }, isLowered: false });
  }

  const othersIn = (requestId: string, above: number, upTo: number): number => {
    let count = 0;
    for (const [sequence, versions] of server.chats.get(requestId)?.versions ?? []) {
      if (sequence > above && sequence <= upTo && versions.some(({ message }) => message && message.senderId !== SIM_USER)) count += 1;
    }
    return count;
  };
  const isShown = (tab: SimTab, chat: SimChat): boolean => tab.isReady() && !tab.isFrozen() && tab.isVisible() && chat.isLive() && world.lifeOf(tab) === world.life();
  /** A visible tab that has shown it for long enough to be known. */
  const shower = (requestId: string): SimTab | undefined =>
    world.tabs.find((tab) => {
      const chat = tab.chats.get(requestId);
      const since = chat && shownSince.get(chat);
      return chat && since && isShown(tab, chat) && since.life === world.life() && Math.max(since.at, tab.reportedAt()) <= time.elapsedMs() - SETTLED_MS;
    });
  const isUnsafe = (): boolean => world.isDegraded() || media.diskBytes !== Number.POSITIVE_INFINITY || time.clock.now() < Math.max(durable.failWritesUntilAt, durable.failReadsUntilAt) + SETTLED_MS;

  return {
    onNotices: (tab, notices) => {
      for (const { requestId, sequence, count } of notices) {
        const told = chats.get(requestId);
        const truth = server.chats.get(requestId);
        if (!told || !truth) continue;
        const who = `${tabName(world, tab)} tells of ${nameOf({ id: requestId })} up to ${sequence}, ${count} new`;
        // What was restored, or read and then refused, may be counted again; so may what storage did not take.
        const isRetold = sleptAt > time.elapsedMs() - RETOLD_WITHIN_MS || world.tabs.some((each) => each.isFrozen());
        const isCertain = !isRetold && !world.unnoticed.has(requestId) && !world.restoredAt.has(requestId) && !world.markMayFall.has(requestId) && !isUnsafe() && (told.unsafeIn === null || told.unsafeIn === world.life());
        if (isCertain && sequence <= told.head) verdict.broken('T-6', `${who}, and ${told.head} was told of before`);
        // A row without its text is in the server's count alone: where the client counted by itself before, it seems to have come now.
        const refused = [...truth.messages.values()].filter((message) => !isStorable(message) && message.senderId !== SIM_USER && message.sequenceNumber <= told.head && message.sequenceNumber > truth.lastRead).length;
        // The count may be ahead of the head.
        const came = othersIn(requestId, told.head, truth.head) + refused;
        if (isCertain && count > came) verdict.broken('T-6', `${who}, though only ${came} came since ${told.head}`);
        const shows = shower(requestId);
        if (shows) verdict.broken('T-6', `${who}, while ${tabName(world, shows)} is visible and shows it`);
        // What an unsafe one told beyond this is still unknown to others.
        if (isUnsafe()) told.unsafeIn = world.life();
        else if (sequence >= told.head) told.unsafeIn = null;
        told.head = Math.max(told.head, sequence);
        // A message that was pushed raises the count before its ticket raises the head, so a notice of it may name the head of before; the next
        // one is then told in the same way. Told is told: what the count has beyond the messages up to that head is of those right above it.
        let beyond = count;
        for (const owed of [...told.owed].sort((a, b) => a - b)) {
          if (owed > sequence && beyond <= 0) break;
          told.owed.delete(owed);
          beyond -= 1;
        }
      }
    },
    checkStep: () => {
      const isForgiven =
        world.life() !== life || time.clock.now() - time.elapsedMs() !== offset || isUnsafe() || tabs.some((tab) => !world.tabs.includes(tab)) || world.tabs.some((tab) => tab.isFrozen());
      if (world.tabs.some((tab) => tab.isFrozen())) sleptAt = time.elapsedMs();
      life = world.life();
      offset = time.clock.now() - time.elapsedMs();
      tabs = [...world.tabs];
      for (const tab of world.tabs) {
        for (const chat of tab.chats.values()) {
          if (!isShown(tab, chat)) shownSince.delete(chat);
          else if (shownSince.get(chat)?.life !== life) shownSince.set(chat, { at: time.elapsedMs(), life });
        }
      }
      for (const truth of server.chats.values()) {
        const told = chats.get(truth.id);
        if (!told) continue;
        // Those that were told of at once are settled.
        for (let sequence = Math.max(told.seenHead, told.head) + 1; sequence <= truth.head; sequence++) {
          const message = truth.messages.get(sequence);
          if (message && message.senderId !== SIM_USER && !truth.hidden.has(sequence) && isStorable(message)) told.owed.add(sequence);
        }
        // Deleted, or without its text: the count falls by it, and a message that comes at the same moment is not told from it.
        const gone = truth.deleted.size + [...truth.messages.values()].filter((message) => !isStorable(message)).length;
        const isChanged = truth.revision < told.revision || truth.denied || truth.forgottenUpTo !== told.forgottenUpTo || gone !== told.gone || world.restoredAt.has(truth.id);
        const isSeen = world.tabs.some((tab) => tab.isVisible() && tab.chats.has(truth.id));
        // What was read elsewhere or deleted, and what came, in one answer: of what was told all may be unread still, for all that a ticket tells, and
        // then no more is unread than that (SPEC.md, chapter 10).
        if (gone !== told.gone || truth.lastRead > told.serverRead) told.lowered = { revision: truth.revision, lastRead: truth.lastRead };
        const ticket = world.mirror.tickets.get(truth.id);
        const wasLowered = told.isLowered;
        told.isLowered = (ticket?._revision ?? 0) < Math.min(truth.revision, told.lowered.revision) || (ticket?.lastReadSequence ?? 0) < told.lowered.lastRead;
        if (isForgiven || isChanged || isSeen || !told.isListed || wasLowered || told.isLowered) told.owed.clear();
        const read = Math.max(truth.lastRead, ...world.tabs.map((tab) => tab.tickets().get(truth.id)?.lastReadSequence ?? 0));
        for (const sequence of told.owed) if (sequence <= read) told.owed.delete(sequence);
        Object.assign(told, { seenHead: truth.head, revision: truth.revision, forgottenUpTo: truth.forgottenUpTo, gone, isListed: ticket !== undefined, serverRead: truth.lastRead });
        if (truth.head < told.head) told.head = truth.head;
      }
    },
    checkRest: () => {
      for (const [id, { owed }] of chats) {
        if (owed.size > 0 && world.tabs.some((tab) => tab.isReady())) verdict.broken('T-6', `nobody was told of ${[...owed].join(', ')} in ${nameOf({ id })}`);
      }
    },
  };
}
