/**
 * Attached files as a server has them: what they are, what they were, and whether they are there.
 *
 * Owns: contents and their names. Two files may have the same content. Does not know requests.
 */
import { createHash } from 'node:crypto';
import { mediaId } from '../../protocol/media.ts';

/** What a file is, or was, on the server. */
export interface Content {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Lowercase hex SHA-256. */
  readonly digest: string;
}

/** An attached file. */
export interface Attachment {
  readonly id: string;
  readonly requestId: string;
  readonly filename: string;
  /** The message that shows it: its id when it is confirmed. */
  messageId: string;
  readonly mimeType: string;
  /** What the server tells beside the bytes. */
  readonly tells: { readonly digest: boolean; readonly size: boolean; readonly tag: 'strong' | 'weak' | 'none' };
  /** Everything it ever was, the present one last. */
  readonly contents: Content[];
  /** The status with which it is refused for good; null: it is there. */
  gone: 404 | 410 | null;
}

/** What an attachment begins with. */
export type AttachmentSetup = Pick<Attachment, 'requestId' | 'filename' | 'messageId' | 'mimeType' | 'tells'>;

/** The server's files. */
export interface Attachments {
  readonly all: ReadonlyMap<string, Attachment>;
  /** A content that is like no other, or that of another file. */
  add(setup: AttachmentSetup, content: Content): Attachment;
  newContent(size: number): Content;
  /** The file is another one from now on. */
  change(attachment: Attachment, content: Content): void;
}

/** Lowercase hex SHA-256. */
export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What the file is now. */
export const contentNow = ({ contents }: Attachment): Content => contents.at(-1) as Content;

/** The tag of a file as it is now; a new one for each content. */
export function tagOf({ tells, contents }: Attachment): string | null {
  const name = `"${contents.length}-${(contents.at(-1) as Content).digest.slice(0, 6)}"`;
  return tells.tag === 'none' ? null : tells.tag === 'weak' ? `W/${name}` : name;
}

/** No files. */
export function createAttachments(): Attachments {
  const all = new Map<string, Attachment>();
  let made = 0;
  return {
    all,
    add: (setup, content) => {
      const id = mediaId(setup.requestId, setup.filename);
      const attachment: Attachment = { ...setup, id, contents: [content], gone: null };
      all.set(id, attachment);
      return attachment;
    },
    newContent: (size) => {
      const bytes = new Uint8Array(size);
      for (let at = 0, state = (made += 7_919); at < size; at++) bytes[at] = (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) >> 16;
      return { bytes, digest: digestOf(bytes) };
    },
    change: (attachment, content) => void attachment.contents.push(content),
  };
}
