/**
 * The end of a simulation with files: every file that is shown is there or has failed with a reason; nothing is left of what was deleted; when
 * nobody shows anything any more, files and messages are within their budgets, and there is room again for a file.
 *
 * Owns: these checks, and bringing the world to where they can be made. Begins in a world that is at rest.
 */
import { contentNow } from './attachments.ts';
import { checkFolder } from './check-files.ts';
import { idle } from './quiesce.ts';
import type { SimFile } from './sim-files.ts';
import type { SimTab } from './sim-tab.ts';
import type { World } from './world.ts';

const ROUND_MS = 5_000;
const ROUNDS = 60;
/** Past the hour in which a file is not evicted. */
const OLD_MS = 2 * 60 * 60 * 1000;
/** An eviction begins past this share of a budget. */
const FULL_SHARE = 0.9;

const shownFiles = (world: World): { readonly tab: SimTab; readonly file: SimFile }[] => world.tabs.flatMap((tab) => [...tab.files.all.values()].map((file) => ({ tab, file })));

/** Does a stored message show the file? */
function isNamed(world: World, { requestId, filename, messageId }: { readonly requestId: string; readonly filename: string; readonly messageId: string }): boolean {
  const rows = world.mirror.chats.get(requestId)?.rows;
  return rows !== undefined && (rows.has(messageId) || [...rows.values()].some((row) => row.fileName === filename || row.screenshotFileName === filename));
}

/** What was evicted while it was off the screen is fetched again when it is there. */
const isSettled = (world: World, { told, bytes, wish, refused }: SimFile): boolean =>
  told?.status === 'completed' ? bytes !== null : told?.status === 'failed' || (told?.status === 'idle' && (!wish.onScreen || !isNamed(world, wish))) || (told === null && refused !== null);

/** Waits until every file is there or has failed. */
async function settleFiles(world: World): Promise<void> {
  for (let round = 0; round < ROUNDS && !world.verdict.first(); round++) {
    if (shownFiles(world).every(({ file }) => isSettled(world, file))) return;
    await world.time.advance(ROUND_MS);
  }
  for (const { file } of shownFiles(world)) {
    const { told, bytes, refused } = file;
    if (!isSettled(world, file)) world.verdict.broken('live', `${file.id} stays ${told?.status ?? 'unknown'}${told?.error ? ` after ${told.error.code}` : ''}${told?.status === 'completed' && !bytes ? ' without bytes' : ''}${refused === null ? '' : `, refused: ${refused}`}`);
    if (told?.status === 'failed' && !told.error) world.verdict.broken('live', `${file.id} failed, and nobody knows why`);
  }
}

/** A person presses retry where a file failed: what the server has comes. */
async function retryFiles(world: World): Promise<void> {
  for (const { tab, file } of shownFiles(world)) {
    const { requestId, filename } = file.wish;
    if (file.told?.status === 'failed') tab.call('retryMedia', { requestId, filename }).catch(() => undefined);
  }
  await world.time.advance(ROUND_MS);
  await settleFiles(world);
  for (const { file } of shownFiles(world)) {
    const attachment = world.media.attachments.all.get(file.id);
    const error = file.told?.error;
    // Of a file that was replaced only its message may tell a size, and that is the old one's.
    const isTold = attachment?.gone === null && (attachment.contents.length === 1 || attachment.tells.size);
    if (file.told?.status === 'failed' && isTold) world.verdict.broken('live', `${file.id} is on the server and fails: ${error?.code} ${error?.message}`);
  }
}

/** What was refused to the daemon is put right in its life; its longest pause is ten minutes. */
const PUT_RIGHT_MS = 11 * 60 * 1000;

async function checkDeleted(world: World): Promise<void> {
  if (world.media.disk?.isInUse()) await world.time.advance(PUT_RIGHT_MS);
  const { records, blobs } = world.mirror.media;
  const { disk } = world.media;
  if (disk?.isInUse() && !disk.isTroubled()) checkFolder(world, disk);
  for (const record of records.values()) {
    if (!isNamed(world, record)) world.verdict.broken('D-5', `${record.id} is kept, and its message is gone`);
    const parts = [...blobs.keys()].some((key) => key.startsWith(`part:${record.id.length}:${record.id}:`));
    if (parts && !record._partial) world.verdict.broken('D-5', `parts of ${record.id} are kept, and its record does not tell of them`);
  }
}

/** Access to a chat with files is lost: nothing of them stays. */
async function loseChat(world: World): Promise<void> {
  const [record] = world.mirror.media.records.values();
  if (!record) return;
  world.markMayFall.add(record.requestId);
  world.server.setAccess(record.requestId, false);
  await world.time.advance(20_000);
  const left = [...world.mirror.media.records.values()].find(({ requestId }) => requestId === record.requestId);
  if (left) world.verdict.broken('D-5', `access to ${left.requestId[0]} is lost, and ${left.id} is kept`);
}

/** Nobody shows or pins anything, and everything is old. */
async function letGo(world: World): Promise<void> {
  for (const { tab, file } of shownFiles(world)) tab.files.unwatch(file.id);
  const tab = world.tabs.find((each) => each.isReady());
  for (const { requestId, filename, messageId, isPinned } of world.mirror.media.records.values()) {
    if (isPinned) tab?.call('pinMedia', { requestId, filename, messageId, pinned: false }).catch(() => undefined);
  }
  await idle(world);
  world.time.jump(OLD_MS);
}

/** The next daemon looks at its budgets when it starts. */
async function restart(world: World): Promise<void> {
  for (const tab of world.tabs) for (const requestId of tab.chats.keys()) tab.closeChat(requestId);
  await world.time.advance(1_000);
  world.time.jump(OLD_MS);
  world.kill(0);
  await world.time.advance(30_000);
}

function checkBudgets(world: World): void {
  const { regime, mirror, verdict, media } = world;
  if (media.disk) checkFolder(world, media.disk);
  if (media.disk && mirror.media.bytes() > 0) verdict.broken('D-2', `${mirror.media.bytes()} bytes are left in the database, and files are in the folder`);
  const { budgetBytes, messageBudgetBytes } = regime.media ?? { budgetBytes: 0, messageBudgetBytes: 0 };
  const { messagesSize = 0 } = mirror.stats ?? {};
  if (media.storedBytes() > budgetBytes * FULL_SHARE) verdict.broken('budget', `${media.storedBytes()} bytes of files stay, the budget is ${budgetBytes}`);
  if (messagesSize > messageBudgetBytes * FULL_SHARE) verdict.broken('budget', `${messagesSize} bytes of messages stay, the budget is ${messageBudgetBytes}`);
}

/** A file that fits is stored. */
async function checkRoom(world: World): Promise<void> {
  const { media, regime, server, tabs } = world;
  const tab = tabs.find((each) => each.isReady());
  const chat = [...server.chats.values()].find((each) => !each.denied);
  if (!tab || !chat || !regime.media) return;
  tab.openChat(chat.id, 'newest');
  const attachment = media.attach(chat.id, media.attachments.newContent(Math.min(20_000, Math.floor(regime.media.budgetBytes / 3))), 2);
  await world.time.advance(1_000);
  const { requestId, filename, messageId, mimeType } = attachment;
  tab.files.watch({ requestId, filename, messageId, mimeType, fileSize: null, onScreen: true, priority: 'normal' });
  await world.time.advance(ROUND_MS);
  await settleFiles(world);
  const told = tab.files.all.get(attachment.id)?.told;
  if (told?.status !== 'completed' || told.passedThrough) world.verdict.broken('room', `a file of ${contentNow(attachment).bytes.length} bytes is not kept: ${told?.status}${told?.passedThrough ? ', passed through' : ''}`);
}

/** Checks everything. */
export async function checkMediaEnd(world: World): Promise<void> {
  if (!world.regime.media) return;
  const steps = [settleFiles, retryFiles, checkDeleted, loseChat, letGo, checkRoom, restart, checkBudgets, checkRoom];
  for (const step of steps) if (!world.verdict.first()) await step(world);
}
