/** Actions of files: who shows them, what becomes of them on the server and on the way, the disk, and the hour in which a file is not evicted. */
import type { MediaPriority } from '../../protocol/index.ts';
import type { ActionKind } from './action.ts';
import { contentNow, type Attachment } from './attachments.ts';
import { chatOf, choose, mayChange, nameOf, tabName, tabOf } from './choose.ts';
import { drawContent } from './media-world.ts';
import type { AnswerFault } from './media-server.ts';
import type { Fault } from './network.ts';
import type { Perform } from './perform.ts';
import { sendFrom } from './perform-tabs.ts';
import { createRandom } from './random.ts';
import type { SimTab } from './sim-tab.ts';
import type { World } from './world.ts';

const ignore = (): void => undefined;
const PRIORITIES: readonly MediaPriority[] = ['high', 'normal', 'low'];
const MINUTE_MS = 60_000;

/** A file that somebody may come across. */
const fileOf = (world: World, number: number): Attachment | undefined => choose([...world.media.attachments.all.values()].slice(-24), number);
const called = ({ requestId, filename }: Attachment): string => `"${filename}" of ${nameOf({ id: requestId })}`;

/** A file that a tab can show: its message is on the screen there. */
function shownIn(world: World, tab: SimTab, number: number): Attachment | undefined {
  const visible = [...world.media.attachments.all.values()].filter(({ requestId, filename, messageId }) =>
    tab.chats.get(requestId)?.core()?.rows.some((row) => row.id === messageId || row.fileName === filename || row.screenshotFileName === filename),
  );
  return choose(visible.slice(-24), number);
}

/** A file that some tab shows. */
function shownFile(world: World, number: number, second: number): { readonly tab: SimTab; readonly attachment: Attachment } | undefined {
  const tab = choose(world.tabs.filter((each) => each.isReady() && !each.isFrozen() && each.files.all.size > 0), number);
  const file = tab && choose([...tab.files.all.values()], second);
  const attachment = file && world.media.attachments.all.get(file.id);
  return tab && attachment ? { tab, attachment } : undefined;
}

function show(tab: SimTab, attachment: Attachment, b: number, c: number): string {
  const { requestId, filename, messageId, mimeType } = attachment;
  const priority = PRIORITIES[b % 3] as MediaPriority;
  const onScreen = c % 3 !== 0;
  tab.files.watch({ requestId, filename, messageId, fileSize: c % 2 === 0 ? contentNow(attachment).bytes.length : null, mimeType: b % 2 === 0 ? mimeType : null, onScreen, priority });
  return `${called(attachment)}, ${priority}${onScreen ? '' : ', off the screen'}`;
}

function answerFault(kind: number, salt: number): AnswerFault {
  switch (kind % 9) {
    case 0:
      return { kind: 'wrong', at: salt };
    case 1:
      return { kind: 'longer', bytes: 1 + (salt % 900) };
    case 2:
      return { kind: 'cut', at: salt % 6_000 };
    case 3:
      return { kind: 'ended', at: salt % 6_000 };
    case 4:
      return { kind: 'held', at: salt % 4_000 };
    case 5:
      return { kind: 'slow', ms: 1 + (salt % 4_000) };
    case 6:
      return { kind: 'whole' };
    case 7:
      return { kind: 'elsewhere' };
    default:
      return { kind: 'newTag' };
  }
}

const STATUSES = [401, 403, 403, 404, 410, 416, 429, 500, 503] as const;

function requestFault(kind: number, salt: number): Fault {
  const status = STATUSES[salt % STATUSES.length] as number;
  switch (kind % 6) {
    case 0:
      return { kind: 'offline' };
    case 1:
      return { kind: 'timeout' };
    case 2:
      return { kind: 'slow', ms: salt % 20_000 };
    default:
      return { kind: 'status', status, acted: false, ...(status === 429 || status === 503 ? { retryAfter: { seconds: salt % 40 } } : {}) };
  }
}

/** See the head of the file. */
export const mediaActions = {
  attach: (world, { a, b, c }) => {
    const chat = chatOf(world, a);
    const { media: regime } = world.regime;
    if (!regime || !mayChange(world, chat)) return null;
    const attachment = world.media.attach(chat.id, drawContent(world.media, regime, createRandom(b, c)), c);
    return `${called(attachment)} arrives, ${contentNow(attachment).bytes.length} bytes`;
  },
  watchFile: (world, { a, b, c }) => {
    const tab = tabOf(world, a);
    const attachment = tab && shownIn(world, tab, b);
    if (!tab || !attachment) return null;
    // A page that is scrolled shows several at once.
    const more = Array.from({ length: c % 5 === 0 ? 6 : 0 }, (_, at) => shownIn(world, tab, b + at + 1)).filter((each) => each !== undefined && each !== attachment);
    const all = [attachment, ...new Set(more as Attachment[])];
    return `${tabName(world, tab)} shows ${all.map((each, at) => show(tab, each, (a >> 4) + at, c >> at)).join('; ')}`;
  },
  watchTogether: (world, { b, c }) => {
    const all = world.tabs.filter((tab) => tab.isReady() && !tab.isFrozen());
    const attachment = all.map((tab) => shownIn(world, tab, b)).find((each) => each !== undefined);
    const tabs = all.filter((tab) => attachment && tab.chats.has(attachment.requestId));
    if (!attachment) return null;
    return `${tabs.length} tabs show ${tabs.map((tab, at) => show(tab, attachment, c + at, c >> at)).join('; ')}`;
  },
  scrollFiles: (world, { a, b, c }) => {
    const shown = shownFile(world, a, b);
    if (!shown) return null;
    return `${tabName(world, shown.tab)} shows otherwise ${show(shown.tab, shown.attachment, b >> 4, c)}`;
  },
  unwatchFile: (world, { a, b }) => {
    const shown = shownFile(world, a, b);
    if (!shown) return null;
    shown.tab.files.unwatch(shown.attachment.id);
    return `${tabName(world, shown.tab)} shows ${called(shown.attachment)} no more`;
  },
  pinFile: (world, { a, b, c }) => {
    const tab = tabOf(world, a);
    const attachment = tab && shownIn(world, tab, b);
    if (!tab || !attachment) return null;
    const { requestId, filename, messageId } = attachment;
    const pinned = c % 3 !== 0;
    tab.call('pinMedia', { requestId, filename, messageId, pinned }).catch(ignore);
    return `${tabName(world, tab)} ${pinned ? 'pins' : 'lets go of'} ${called(attachment)}`;
  },
  cancelFile: (world, { a, b }) => {
    const shown = shownFile(world, a, b);
    if (!shown) return null;
    const { requestId, filename } = shown.attachment;
    const stopped = world.media.downloads.onStop(shown.attachment.id);
    shown.tab.call('cancelMedia', { requestId, filename }).then(stopped, stopped);
    return `${tabName(world, shown.tab)} stops ${called(shown.attachment)}`;
  },
  retryFile: (world, { a, b }) => {
    const shown = shownFile(world, a, b);
    if (!shown) return null;
    const { requestId, filename } = shown.attachment;
    shown.tab.call('retryMedia', { requestId, filename }).catch(ignore);
    return `${tabName(world, shown.tab)} retries ${called(shown.attachment)}`;
  },
  changeFile: (world, { a, b, c }) => {
    const attachment = fileOf(world, a);
    const { media: regime } = world.regime;
    if (!attachment || !regime) return null;
    world.media.attachments.change(attachment, drawContent(world.media, regime, createRandom(b, c)));
    return `${called(attachment)} is another file now, ${contentNow(attachment).bytes.length} bytes`;
  },
  loseFile: (world, { a, b }) => {
    const attachment = fileOf(world, a);
    if (!attachment || attachment.gone !== null) return null;
    attachment.gone = b % 2 === 0 ? 404 : 410;
    return `${called(attachment)} is gone from the server: ${attachment.gone}`;
  },
  removeFile: (world, { a }) => {
    const attachment = fileOf(world, a);
    const chat = attachment && world.server.chats.get(attachment.requestId);
    const row = chat && [...chat.messages.values()].find(({ fileName, screenshotFileName }) => fileName === attachment.filename || screenshotFileName === attachment.filename);
    if (!chat || !row || !mayChange(world, chat)) return null;
    world.server.remove(chat.id, row.sequenceNumber);
    return `the message of ${called(attachment)} is deleted`;
  },
  sendPicture: (world, { a, b, c }) => {
    const tab = tabOf(world, a);
    const { media: regime } = world.regime;
    if (!tab || !regime) return null;
    const chat = choose([...tab.chats.values()], b);
    if (!chat) return null;
    const filename = world.media.newName(0);
    const sent = world.sent.press(world.newId(), chat.requestId, world.newText());
    sent.picture = filename;
    const tells = { digest: true, size: true, tag: 'strong' } as const;
    const attachment = world.media.attachments.add({ requestId: chat.requestId, filename, messageId: sent.id, mimeType: 'image/png', tells }, drawContent(world.media, regime, createRandom(b, c)));
    sendFrom(world, tab, sent);
    return `${tabName(world, tab)} sends picture "${sent.content}" and shows ${show(tab, attachment, a >> 4, c)}`;
  },
  disturbFiles: (world, { a, b, c }) => {
    const times = 1 + (c % 3);
    const fault = answerFault(a, b);
    for (let i = 0; i < times; i++) world.media.server.addFault(fault);
    return `the next ${times} files: ${JSON.stringify(fault)}`;
  },
  refuseFiles: (world, { a, b, c }) => {
    const times = 1 + (c % 4);
    const fault = requestFault(a, b);
    for (let i = 0; i < times; i++) world.network.addFault('media', fault);
    return `the next ${times} media requests: ${JSON.stringify(fault)}`;
  },
  fillDisk: (world, { a, b }) => {
    const leftBytes = b % 3 === 0 ? 0 : a % 20_000;
    world.media.diskBytes = world.media.usedBytes() + leftBytes;
    return `the disk has ${leftBytes} bytes left`;
  },
  emptyDisk: (world) => {
    if (world.media.diskBytes === Number.POSITIVE_INFINITY) return null;
    world.media.diskBytes = Number.POSITIVE_INFINITY;
    return 'the disk has room again';
  },
  hourPasses: (world, { a }) => {
    const minutes = 50 + (a % 40);
    world.time.jump(minutes * MINUTE_MS);
    world.sent.onClockJump(minutes * MINUTE_MS);
    return `the clock jumps ${minutes} minutes`;
  },
  killFetching: (world, { a }) => {
    if (!world.daemonLives() || world.media.downloads.count() === 0) return null;
    world.kill(a % 300);
    return 'the daemon is killed in the middle of a download';
  },
} satisfies Partial<Record<ActionKind, Perform>>;
