/** Actions of tabs and of the person at them. */
import type { Anchor } from '../../protocol/index.ts';
import { toTabcachedError } from '../../protocol/errors.ts';
import type { ActionKind } from './action.ts';
import { expectWake } from './check-wake.ts';
import { chatOf, choose, nameOf, openChatOf, tabName, tabOf } from './choose.ts';
import type { Perform } from './perform.ts';
import type { Sent } from './sent-messages.ts';
import type { SimTab } from './sim-tab.ts';
import type { World } from './world.ts';

const ignore = (): void => undefined;

/** Presses send, and again after the daemon's death, as the client does. */
export function sendFrom(world: World, tab: SimTab, sent: Sent): void {
  const attempt = (): void => {
    // As the client says when it does not know what became of it.
    const again = sent.handed;
    sent.handed = true;
    const pressed = world.sent.onAttempt(sent, world.lifeOf(tab), () => tab.isAlive());
    tab.call('send', { requestId: sent.chatId, clientTempId: sent.id, content: sent.content, again, ...(sent.picture === undefined ? {} : { isScreenshot: true, screenshotFileName: sent.picture }) }).then(
      ({ durable }) => {
        // What is kept in memory alone is promised to nobody.
        if (sent.state !== 'accepted') sent.state = durable ? 'accepted' : 'unknown';
        if (!durable) world.host?.onMemoryOnly(sent);
      },
      (thrown: unknown) => {
        if (toTabcachedError(thrown).code === 'DAEMON_LOST') {
          world.sent.onLost(sent, pressed);
          return tab.onceReady(repeat);
        }
        if (sent.state === 'pressed') sent.state = 'refused';
      },
    );
  };
  const repeat = (): void => {
    if (!tab.isAlive()) {
      if (sent.state === 'pressed') sent.state = 'unknown';
    // What another tab is taking back may be gone from this one's screen too. That it was taken back, this one may never have heard.
    } else if (!isRepeatable(world, sent) || (sent.discarding && !sent.discarded)) sent.state = 'unknown';
    else attempt();
  };
  attempt();
}

/** Replaces the text of a message that waits. */
export function editSent(world: World, tab: SimTab, sent: Sent, content: string): void {
  if (sent.editing !== null || sent.discarding) return;
  sent.editing = content;
  const { refusedIn } = sent;
  world.sent.decide(sent);
  tab.call('edit', { operationId: sent.id, content }).then(
    () => {
      // What is decided in memory alone is promised by nobody.
      if (world.isDegraded()) return;
      world.onEdited(sent, content);
      sent.editing = null;
    },
    (thrown: unknown) => {
      const { code } = toTabcachedError(thrown);
      // What became of it when the daemon died, or the tab was gone, nobody knows.
      if (code === 'DAEMON_LOST' || code === 'STORAGE_FAILED' || code === 'CLOSED') return;
      sent.editing = null;
      sent.refusedIn = refusedIn;
    },
  );
}

/** Takes a message back. */
export function discardSent(world: World, tab: SimTab, sent: Sent): void {
  if (sent.discarding) return;
  sent.discarding = true;
  tab.call('discard', { operationId: sent.id }).then(
    () => {
      if (!world.isDegraded()) world.onDiscarded(sent);
    },
    (thrown: unknown) => {
      const { code } = toTabcachedError(thrown);
      if (code !== 'DAEMON_LOST' && code !== 'STORAGE_FAILED' && code !== 'CLOSED') sent.discarding = false;
    },
  );
}

/** May somebody still be without an answer to it? Not when the message is gone, deleted or out of sight by now. */
function isRepeatable(world: World, sent: Sent): boolean {
  const stored = world.server.byTempId(sent.id);
  return !sent.everOnServer || world.mirror.queue.has(sent.id) || (stored !== undefined && world.mirror.messages.has(stored.id));
}

/** A message that waits, best one that has failed. */
export const waitingOf = (world: World, number: number): Sent | undefined => {
  const waiting = [...world.mirror.queue.values()].filter((operation) => operation.type === 'send_message' && world.sent.all.has(operation.id));
  const failed = waiting.filter((operation) => operation.status === 'failed');
  return world.sent.all.get(choose(failed.length > 0 ? failed : waiting, number)?.id ?? '');
};

/** See the head of the file. */
export const tabActions = {
  openTab: (world) => {
    const tab = world.openTab();
    return tab && `${tabName(world, tab)} opens`;
  },
  closeTab: (world, { a }) => {
    const tab = tabOf(world, a);
    if (!tab) return null;
    const text = `${tabName(world, tab)} closes`;
    world.removeTab(tab, true);
    return text;
  },
  crashTab: (world, { a }) => {
    const tab = choose(world.tabs, a);
    if (!tab) return null;
    const text = `${tabName(world, tab)} crashes`;
    world.removeTab(tab, false);
    return text;
  },
  freeze: (world, { a }) => {
    const tab = tabOf(world, a);
    if (!tab) return null;
    tab.freeze();
    return `${tabName(world, tab)} is frozen`;
  },
  thaw: (world, { a }) => {
    const tab = choose(world.tabs.filter((each) => each.isFrozen()), a);
    if (!tab) return null;
    tab.thaw();
    world.reconnect();
    return `${tabName(world, tab)} is thawed`;
  },
  openChat: (world, { a, b, c }) => {
    const tab = tabOf(world, a);
    if (!tab) return null;
    const chat = chatOf(world, b);
    const anchor: Anchor = c % 8 === 0 ? 'unread' : c % 8 === 1 && chat.head > 0 ? 1 + (c % chat.head) : 'newest';
    tab.openChat(chat.id, anchor);
    return `${tabName(world, tab)} opens ${nameOf(chat)} at ${anchor}`;
  },
  closeChat: (world, { a, b }) => {
    const open = openChatOf(world, a, b);
    if (!open) return null;
    open.tab.closeChat(open.chat.requestId);
    return `${tabName(world, open.tab)} closes chat ${open.chat.requestId[0]}`;
  },
  older: (world, { a, b }) => {
    const open = openChatOf(world, a, b);
    if (!open) return null;
    open.chat.load('older').catch(ignore);
    return `${tabName(world, open.tab)} scrolls up in chat ${open.chat.requestId[0]}`;
  },
  newer: (world, { a, b }) => {
    const open = openChatOf(world, a, b);
    if (!open) return null;
    open.chat.load('newer').catch(ignore);
    return `${tabName(world, open.tab)} scrolls down in chat ${open.chat.requestId[0]}`;
  },
  fillGap: (world, { a, b, c }) => {
    const open = openChatOf(world, a, b);
    const gap = open && choose(open.chat.core()?.meta.gaps ?? [], c);
    if (!open || !gap) return null;
    open.chat.load('gap', gap).catch(ignore);
    return `${tabName(world, open.tab)} fills gap ${gap.startSeq}..${gap.endSeq} of chat ${open.chat.requestId[0]}`;
  },
  syncChat: (world, { a, b }) => {
    const tab = tabOf(world, a);
    if (!tab) return null;
    const chat = chatOf(world, b);
    tab.call('syncChat', { requestId: chat.id }).catch(ignore);
    return `${tabName(world, tab)} wants ${nameOf(chat)} synchronised`;
  },
  send: (world, { a, b }) => {
    const tab = tabOf(world, a);
    if (!tab) return null;
    const chat = chatOf(world, b);
    const sent = world.sent.press(world.newId(), chat.id, world.newText());
    sendFrom(world, tab, sent);
    return `${tabName(world, tab)} sends "${sent.content}" to ${nameOf(chat)}`;
  },
  sendAgain: (world, { a, b }) => {
    const tab = tabOf(world, a);
    // A tab repeats what it pressed and has no answer to, or lost the answer to; never what it saw refused or took back.
    const sent = choose([...world.sent.all.values()].slice(-4).filter((each) => (each.state === 'pressed' || each.state === 'accepted') && isRepeatable(world, each) && !each.discarding && !each.discarded && each.editing === null), b);
    if (!tab || !sent) return null;
    sendFrom(world, tab, sent);
    return `${tabName(world, tab)} sends "${sent.content}" once more`;
  },
  retry: (world, { a, b }) => {
    const tab = tabOf(world, a);
    const sent = waitingOf(world, b);
    if (!tab || !sent) return null;
    world.sent.decide(sent);
    tab.call('retry', { operationId: sent.id }).catch(ignore);
    return `${tabName(world, tab)} retries "${sent.content}"`;
  },
  edit: (world, { a, b }) => {
    const tab = tabOf(world, a);
    const sent = waitingOf(world, b);
    if (!tab || !sent || sent.editing !== null || sent.discarding) return null;
    const content = world.newText();
    const before = sent.content;
    editSent(world, tab, sent, content);
    return `${tabName(world, tab)} edits "${before}" to "${content}"`;
  },
  discard: (world, { a, b }) => {
    const tab = tabOf(world, a);
    const sent = waitingOf(world, b);
    if (!tab || !sent || sent.discarding) return null;
    discardSent(world, tab, sent);
    return `${tabName(world, tab)} discards "${sent.content}"`;
  },
  markRead: (world, { a, b, c }) => {
    const open = openChatOf(world, a, b);
    const core = open?.chat.core();
    const row = core && choose(core.rows.filter((each) => each.sequenceNumber < 2 ** 52).slice(c % 2 === 0 ? -1 : -20), c);
    if (!open || !row) return null;
    open.tab.call('markRead', { requestId: open.chat.requestId, upToSequence: row.sequenceNumber }).catch(ignore);
    return `${tabName(world, open.tab)} reads chat ${open.chat.requestId[0]} up to ${row.sequenceNumber}`;
  },
  draft: (world, { a, b }) => {
    const tab = tabOf(world, a);
    if (!tab) return null;
    const chat = chatOf(world, b);
    const text = world.newText();
    tab.call('saveDraft', { requestId: chat.id, text }).catch(ignore);
    return `${tabName(world, tab)} drafts "${text}" in ${nameOf(chat)}`;
  },
  report: (world, { a, b }) => {
    const tab = tabOf(world, a);
    if (!tab) return null;
    if (tab.report({ visible: b % 2 === 0, focused: b % 4 === 0, online: b % 8 !== 7 })) expectWake(world, tab);
    return `${tabName(world, tab)} is ${b % 2 === 0 ? 'visible' : 'hidden'}`;
  },
} satisfies Partial<Record<ActionKind, Perform>>;
