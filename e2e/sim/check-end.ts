/**
 * The comparison at the end: the server, the store and every tab must say the same, and nothing may still be going on.
 *
 * Owns: these checks.
 */
import { PROVISIONAL_BASE, type CachedMessage, type ChatSyncState, type ServerMessage } from '../../protocol/index.ts';
import type { ModelChat } from '../../worker/testing/model-chat.ts';
import { checkCountersAtEnd } from './check-counters.ts';
import { isStorable } from './check-stored.ts';
import { checkNeighbourEnd } from './check-neighbour-end.ts';
import { checkHostEnd } from './heal-host.ts';
import { nameOf, tabName } from './choose.ts';
import { SIM_USER, type World } from './world.ts';

/** Time in which nothing may be asked. */
const QUIET_MS = 180_000;

const told = (row: Pick<CachedMessage | ServerMessage, 'sequenceNumber' | 'id' | 'content'>): string => `${row.sequenceNumber} ${row.id.slice(-4)} ${row.content}`;

/** First difference of two lists of texts, or null. */
function difference(actual: readonly string[], expected: readonly string[]): string | null {
  const at = expected.findIndex((text, index) => text !== actual[index]);
  if (at < 0 && actual.length === expected.length) return null;
  const where = at < 0 ? expected.length : at;
  return `at ${where} of ${expected.length} "${actual[where] ?? 'nothing'}" instead of "${expected[where] ?? 'nothing'}"`;
}

/** What the unread count is made from, for whoever looks for the cause. */
const readOf = (meta: ChatSyncState | null | undefined): string => (meta ? `mark ${meta.lastReadSequence}, head ${meta._headSequence}, told ${JSON.stringify(meta._serverRead)}` : 'no record');

function checkChat(world: World, truth: ModelChat): void {
  const { verdict, server, mirror } = world;
  const expected = server.visible(truth.id).filter(isStorable).map(told);
  const unread = server.unread(truth.id);
  // What breaks the rules is void here, and voids do not count; where the head is not held, the server's count stands.
  const refused = server.visible(truth.id).filter((row) => row.sequenceNumber > truth.lastRead && row.senderId !== SIM_USER && !isStorable(row)).length;
  const isRight = (shown: number): boolean => shown <= unread && shown >= unread - refused;
  world.tabs.forEach((tab, at) => {
    const who = `${tabName(world, tab)} with ${nameOf(truth)}`;
    const chat = tab.chats.get(truth.id);
    const core = chat?.core();
    if (!core || !chat?.isLive()) return verdict.broken('end', `${who}: not open`);
    const { window, meta } = core;
    if (at === 0) {
      if (window.lo > 1 || !window.tail) verdict.broken('end', `${who}: the window stays at ${window.lo}..${window.hi}`);
      if (meta.gaps.length > 0) verdict.broken('end', `${who}: gaps ${JSON.stringify(meta.gaps)} do not fill`);
      if (meta.unverified.length > 0) verdict.broken('end', `${who}: ${JSON.stringify(meta.unverified)} stays unverified`);
    }
    const rows = core.rows.filter((row) => row.sequenceNumber < PROVISIONAL_BASE && (at === 0 || row.sequenceNumber > window.lo)).map(told);
    const mine = at === 0 ? expected : expected.filter((text) => Number.parseInt(text, 10) > window.lo && (window.tail || Number.parseInt(text, 10) <= window.hi));
    const wrong = difference(rows, mine);
    if (wrong) verdict.broken('end', `${who}: ${wrong}`);
    if (core.rows.length > rows.length + 1 && at === 0) verdict.broken('end', `${who}: messages wait for ever`);
    if (meta.state !== 'SYNCED') verdict.broken('end', `${who}: state ${meta.state} ${JSON.stringify(meta.problem)}`);
    if (!isRight(meta.unread)) verdict.broken('R-2', `${who}: unread ${meta.unread}, the server says ${unread} above ${truth.lastRead}; ${readOf(mirror.chats.get(truth.id)?.meta)}`);
    const ticket = tab.tickets().get(truth.id);
    if (!ticket) verdict.broken('end', `${who}: no ticket`);
    else if (!isRight(ticket.unreadCount) || ticket.headSequence !== truth.head) verdict.broken('R-2', `${who}: the ticket says unread ${ticket.unreadCount}, head ${ticket.headSequence}; really ${unread}, ${truth.head}`);
  });
  const stored = [...(mirror.chats.get(truth.id)?.rows.values() ?? [])].filter((row) => row.sequenceNumber < PROVISIONAL_BASE);
  const wrong = difference(stored.sort((a, b) => a.sequenceNumber - b.sequenceNumber).map(told), expected);
  if (wrong) verdict.broken('end', `stored ${nameOf(truth)}: ${wrong}`);
}

/** Checks everything, in a world that is at rest. */
export async function checkEnd(world: World): Promise<void> {
  const { verdict, server, sent, mirror } = world;
  for (const chat of server.chats.values()) checkChat(world, chat);
  for (const operation of mirror.queue.values()) verdict.broken('S-4', `${operation.type} of ${nameOf({ id: operation.requestId })} stays ${operation.status}: ${operation.lastError}`);
  for (const each of sent.all.values()) {
    if (each.state === 'accepted' && !each.discarding && !each.everOnServer) verdict.broken('S-4', `"${each.content}" never arrived`);
  }
  const before = world.requests();
  await world.time.advance(QUIET_MS);
  if (world.requests() !== before) verdict.broken('loop', `${world.requests() - before} requests in ${QUIET_MS / 60_000} quiet minutes`);
  if (world.host) checkHostEnd(world, world.host);
  if (world.neighbour) await checkNeighbourEnd(world, world.neighbour);
  await checkCountersAtEnd(world);
}
