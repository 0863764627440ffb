/**
 * What a simulated world has for files: the server's, the disk, pictures, and who watches over downloads.
 *
 * Owns: putting these together. In a simulation that is not about media there are no files and the disk has no end.
 */
import type { Pictures } from '../../worker/media/media.ts';
import type { StorageEstimate } from '../../worker/env.ts';
import type { ModelServer } from '../../worker/testing/model-server.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import { createAttachments, type Attachment, type Attachments, type Content } from './attachments.ts';
import { createFileDisk, type FileDisk } from './file-disk.ts';
import { createDownloadCheck, type DownloadCheck } from './check-downloads.ts';
import { createMediaServer, type MediaServer } from './media-server.ts';
import { rowBytes, type CachedMediaBlob, type CachedMessage } from '../../protocol/index.ts';
import type { Mirror, WriteOp } from './mirror.ts';
import type { Random } from './random.ts';
import type { MediaRegime } from './regime.ts';
import { SimBlob, bytesOf } from './sim-blob.ts';
import type { SimTab } from './sim-tab.ts';
import type { Verdict } from './violation.ts';

/** The files of a world. */
export interface MediaWorld {
  readonly attachments: Attachments;
  readonly server: MediaServer;
  readonly downloads: DownloadCheck;
  readonly pictures: Pictures | null;
  /** The folder of files; null: their bytes are in the database. */
  readonly disk: FileDisk | null;
  /** Bytes that fit on the disk; infinite when it has no end. */
  diskBytes: number;
  /** When, in elapsed time, the disk last had no room for something. */
  fullAt: number;
  usedBytes(): number;
  /** Those of files alone. */
  storedBytes(): number;
  estimate(): StorageEstimate | null;
  /** Is there no room for these writes? */
  isFull(ops: readonly WriteOp[]): boolean;
  /** A message with a file comes to a chat. */
  attach(requestId: string, content: Content, salt: number): Attachment;
  /** Name of the next file. */
  newName(salt: number): string;
}

/** What it is made with. */
export interface MediaWorldSetup {
  readonly regime: MediaRegime | null;
  readonly seed: number;
  readonly latencyMs: number;
  readonly time: VirtualTime;
  readonly server: ModelServer;
  readonly mirror: Mirror;
  readonly verdict: Verdict;
  tabs(): readonly SimTab[];
  life(): number;
  lifeOf(tab: SimTab): number;
  breaks(): number;
  onBoundary(): void;
  kill(): void;
  refusesUntilAt(): number;
}

/** The small picture of a content. */
export const thumbnailOf = (bytes: Uint8Array<ArrayBuffer>): SimBlob => new SimBlob(['small ', bytes.subarray(0, 500)], { type: 'image/webp' });

const pictures: Pictures = {
  shrink: async (picture) => (picture.size < 800 ? null : (thumbnailOf(bytesOf(picture)) as unknown as Blob)),
};

const NAMES = ['scan.png', 'photo.jpg', 'x.thumb', 'a:b.pdf', 'part:3:x.png'] as const;
const TAGS = ['strong', 'strong', 'strong', 'weak', 'none'] as const;

/** Creates it, without files. */
export function createMediaWorld(setup: MediaWorldSetup): MediaWorld {
  const { regime, time, server, mirror } = setup;
  const attachments = createAttachments();
  let names = 0;
  const disk = regime?.onDisk ? createFileDisk({ ...setup, isFull: (bytes) => isOver(bytes) }) : null;
  const isOver = (grownBytes: number): boolean => {
    const isFull = grownBytes > 0 && media.usedBytes() + grownBytes > media.diskBytes;
    if (isFull) media.fullAt = time.elapsedMs();
    return isFull;
  };
  const media: MediaWorld = {
    attachments,
    server: createMediaServer({ time, server, attachments, partBytes: regime?.partBytes ?? 512, partMs: regime?.partMs ?? 0, breaks: setup.breaks, onBoundary: setup.onBoundary }),
    downloads: createDownloadCheck(setup),
    pictures: regime ? pictures : null,
    disk,
    diskBytes: Number.POSITIVE_INFINITY,
    fullAt: Number.NEGATIVE_INFINITY,
    usedBytes: () => [...mirror.chats.values()].reduce((sum, chat) => sum + chat.bytes, (disk?.bytes() ?? 0) + mirror.media.bytes()),
    storedBytes: () => [...(disk?.media().values() ?? [])].reduce((sum, { length }) => sum + length, mirror.media.bytes()),
    estimate: () => (media.diskBytes === Number.POSITIVE_INFINITY ? null : { usageBytes: media.usedBytes(), quotaBytes: media.diskBytes }),
    isFull: (ops) => media.diskBytes !== Number.POSITIVE_INFINITY && isOver(growth(mirror, ops)),
    newName: (salt) => `${++names} ${NAMES[salt % NAMES.length]}`,
    attach: (requestId, content, salt) => {
      const filename = media.newName(salt);
      const mimeType = filename.endsWith('.pdf') || salt % 7 === 0 ? 'application/pdf' : 'image/png';
      const file = { fileName: filename, fileSize: content.bytes.length, fileMimeType: mimeType };
      const { id: messageId } = server.append(requestId, `file ${filename}`, 'somebody', { file });
      const tells = { digest: salt % 5 !== 0, size: salt % 11 !== 0, tag: TAGS[salt % TAGS.length] as 'strong' };
      return attachments.add({ requestId, filename, messageId, mimeType, tells }, content);
    },
  };
  return media;
}

/** By how many bytes messages and files grow with these writes. */
function growth({ messages, media }: Mirror, ops: readonly WriteOp[]): number {
  const sizes = new Map<string, number>();
  let grown = 0;
  for (const op of ops) {
    if (op.kind === 'clear' || (op.store !== 'messages' && op.store !== 'media_blobs')) continue;
    const isRow = op.store === 'messages';
    const key = op.kind === 'delete' ? op.key : isRow ? (op.value as CachedMessage).id : (op.value as CachedMediaBlob).key;
    const row = messages.get(key);
    const before = sizes.get(`${op.store} ${key}`) ?? (isRow ? (row ? rowBytes(row) : 0) : (media.blobs.get(key)?.data.size ?? 0));
    const after = op.kind === 'delete' ? 0 : isRow ? rowBytes(op.value as CachedMessage) : (op.value as CachedMediaBlob).data.size;
    sizes.set(`${op.store} ${key}`, after);
    grown += after - before;
  }
  return grown;
}

/** A content for a new file: mostly its own, sometimes that of another file. */
export function drawContent(media: MediaWorld, regime: MediaRegime, random: Random): Content {
  const others = [...media.attachments.all.values()];
  const other = random.chance(0.2) ? others[random.int(Math.max(1, others.length))] : undefined;
  const most = random.chance(0.1) ? Math.min(regime.budgetBytes * 1.2, 60_000) : regime.fileBytes;
  return other?.contents.at(-1) ?? media.attachments.newContent(random.chance(0.03) ? 0 : 1 + random.int(Math.floor(most)));
}
