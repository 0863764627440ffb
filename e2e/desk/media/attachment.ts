/** The file that comes with a message. Pure. */
import type { CachedMessage } from 'tabcached';

/** See the file. */
export interface Attachment {
  readonly requestId: string;
  readonly messageId: string;
  /** The server's name; to people it is shown as text, whatever it says. */
  readonly filename: string;
  readonly mimeType: string | null;
  /** Bytes; null when nobody has told. */
  readonly fileSize: number | null;
  /** It can be shown: everything else is a card. */
  readonly isPicture: boolean;
}

/** Pictures that can carry no script. SVG is a document and not among them. */
const PICTURES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp']);

/** Can a browser show files of that type safely? */
export const isPictureType = (mimeType: string): boolean => PICTURES.has(mimeType.split(';')[0]?.trim().toLowerCase() ?? '');

/** The file of a message, or null. */
export function attachmentOf(message: CachedMessage): Attachment | null {
  const { requestId, id, screenshotFileName, fileName, fileSize, fileMimeType, isScreenshot } = message;
  const filename = screenshotFileName ?? fileName;
  if (filename === null || filename === '') return null;
  // A screenshot that is on its way has no type yet.
  const isPicture = fileMimeType === null ? isScreenshot : isPictureType(fileMimeType);
  return { requestId, messageId: id, filename, mimeType: fileMimeType, fileSize, isPicture };
}

const KILO = 1000;

/** `12 kB`, `3.4 MB` */
export function sizeText(bytes: number): string {
  if (bytes < KILO) return `${bytes} B`;
  if (bytes < KILO * KILO) return `${Math.round(bytes / KILO)} kB`;
  return `${(bytes / (KILO * KILO)).toFixed(1)} MB`;
}

/** `PDF`, `LOG`: what a card calls a file, by the end of its name; `File` when that says nothing. */
export function kindText(filename: string): string {
  const end = /\.([a-z0-9]{1,5})$/i.exec(filename)?.[1];
  return end ? end.toUpperCase() : 'File';
}

/** A name that fits, with its end, which tells what it is: `a very long na…e.pdf`. */
export function shortName(filename: string, atMost = 48): string {
  const letters = [...filename];
  if (letters.length <= atMost) return filename;
  return `${letters.slice(0, atMost - 9).join('')}…${letters.slice(-8).join('')}`;
}
