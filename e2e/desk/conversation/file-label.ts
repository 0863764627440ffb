/** What is said about a message's file. Pure. */
import type { CachedMessage } from 'tabcached';

type WithFile = Pick<CachedMessage, 'isScreenshot' | 'screenshotFileName' | 'fileName' | 'fileSize'>;

const KILO = 1000;

/** `12 kB`, `3.4 MB` */
export function sizeText(bytes: number): string {
  if (bytes < KILO) return `${bytes} B`;
  if (bytes < KILO * KILO) return `${Math.round(bytes / KILO)} kB`;
  return `${(bytes / (KILO * KILO)).toFixed(1)} MB`;
}

/** Name and size, or null without a file. */
export function fileLabel({ isScreenshot, screenshotFileName, fileName, fileSize }: WithFile): string | null {
  const name = fileName ?? screenshotFileName ?? (isScreenshot ? 'Screenshot' : null);
  if (name === null) return null;
  return fileSize === null ? name : `${name} · ${sizeText(fileSize)}`;
}
