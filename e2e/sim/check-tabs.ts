/**
 * What tabs show, checked after every step: order, one bubble per message, no silent hole, nothing that was gone already.
 *
 * Owns: these checks. A tab that is frozen, or whose view is being opened, shows what it had and is not asked.
 */
import { PROVISIONAL_BASE, rowKey } from '../../protocol/index.ts';
import type { ChatCore } from '../../client/chat-core.ts';
import { checkClaim, inside, isStorable } from './check-stored.ts';
import { nameOf, tabName } from './choose.ts';
import { mayMarkFall } from './may-mark-fall.ts';
import type { SimChat } from './sim-chat.ts';
import type { SimTab } from './sim-tab.ts';
import type { World } from './world.ts';

/** The highest read mark that each view has shown, by life of the daemon: what a frame told and nothing stored is lost with it. */
export type ShownMarks = WeakMap<SimChat, { readonly life: number; readonly mark: number }>;

/** The state of each view that was compared with the server last. */
const checked = new WeakMap<SimChat, ChatCore>();

/** Checks all tabs. */
export function checkTabs(world: World, marks: ShownMarks): void {
  if (world.isDegraded()) return;
  for (const tab of world.tabs) {
    // A tab whose daemon is dead shows what it had until it notices.
    if (tab.isFrozen() || !tab.isReady() || world.lifeOf(tab) !== world.life()) continue;
    for (const chat of tab.chats.values()) {
      const core = chat.core();
      if (core && chat.isLive()) checkView(world, tab, chat, core, marks);
    }
  }
}

function checkView(world: World, tab: SimTab, chat: SimChat, core: ChatCore, marks: ShownMarks): void {
  const { requestId } = chat;
  const truth = world.server.chats.get(requestId);
  const who = `${tabName(world, tab)} with ${nameOf({ id: requestId })}`;
  const broken = (promise: string, text: string): void => world.verdict.broken(promise, `${who}: ${text}`);
  const { rows, meta, window } = core;
  const keys = new Set<string>();
  let last = 0;
  for (const row of rows) {
    if (row.sequenceNumber <= last) broken('H-7', `rows ${last}, ${row.sequenceNumber} are not ascending`);
    last = row.sequenceNumber;
    if (keys.has(rowKey(row)) && !world.sent.all.get(rowKey(row))?.blind) broken('S-2', `two bubbles of ${row.content}`);
    keys.add(rowKey(row));
    if (inside(meta.gaps, row.sequenceNumber)) broken('H-7', `row ${row.sequenceNumber} inside a gap`);
  }
  if (meta.unread < 0) broken('R-2', `unread ${meta.unread}`);
  const life = world.life();
  const shown = marks.get(chat);
  const mark = shown?.life === life && !mayMarkFall(world, requestId, meta.lastReadSequence) ? shown.mark : 0;
  if (meta.lastReadSequence < mark) broken('R-1', `the read mark falls from ${mark} to ${meta.lastReadSequence}`);
  marks.set(chat, { life, mark: meta.lastReadSequence });

  for (const sent of world.sent.all.values()) {
    if (sent.chatId !== requestId || !window.tail || sent.state !== 'accepted' || sent.discarding) continue;
    const hasBubble = keys.has(sent.id);
    // What the server has may be confirmed on the screen, and then be gone from there, before it is so on the disk.
    if (!hasBubble && world.mirror.queue.has(sent.id) && !sent.everOnServer) broken('S-2', `"${sent.content}" is waiting and has no bubble`);
    const confirmed = world.server.byTempId(sent.id);
    const stored = confirmed && isStorable(confirmed) && world.mirror.messages.get(confirmed.id);
    // The screen is ahead of the disk: a row that lost its text since is void there, valid again by now or not.
    const wentBad = stored && truth?.versions.get(stored.sequenceNumber)?.some((version) => version.revision > stored._revision && version.message !== null && !isStorable(version.message));
    if (!hasBubble && stored && !wentBad && stored.sequenceNumber >= Math.max(1, window.lo) && !world.unnoticed.has(requestId) && meta.floor > 0) broken('S-2', `"${sent.content}" is sent and has no bubble in ${window.lo}..${window.hi}`);
  }

  // What a revision was does not change, so what was right of it stays right.
  if (checked.get(chat) === core) return;
  checked.set(chat, core);
  if (!truth || truth.denied || meta.revision === null || meta.floor === 0) return;
  if (world.unnoticed.has(requestId) || Number(meta.revision) > truth.revision) return;
  const bySequence = new Map(rows.filter((row) => row.sequenceNumber < PROVISIONAL_BASE).map((row) => [row.sequenceNumber, row]));
  checkClaim(
    {
      who,
      revision: Number(meta.revision),
      lo: Math.max(window.lo, meta.floor),
      hi: window.tail ? meta.watermark : Math.min(window.hi, meta.watermark),
      gaps: meta.gaps,
      unverified: meta.unverified,
      sequences: bySequence.keys(),
      rowAt: (sequence) => bySequence.get(sequence),
    },
    truth,
    world.verdict,
  );
}
