/**
 * `settings.json` of the file layout: the cache's limits, where a desktop's settings page reads them.
 *
 * Owns: the member `cache`. Everything else in the file is the application's and stays. The limits are those that the application connected
 * with: this file shows them, it does not set them.
 */
import type { FileHost, FilePath } from './file-host.ts';

/** Path of the file. */
export const SETTINGS_PATH: FilePath = ['settings.json'];

/** What the file says of the cache. */
export interface CacheSettings {
  /** Cap on media, in bytes. */
  readonly limitBytes: number;
  /** Cap on messages, in bytes. */
  readonly messageLimitBytes: number;
}

/** Writes the limits, if the file does not say them yet. A file that is no JSON object is left alone: answers false. */
export async function writeCacheSettings(files: FileHost, settings: CacheSettings): Promise<boolean> {
  const held = parseObject((await (await files.read(SETTINGS_PATH))?.text()) ?? '{}');
  if (!held) return false;
  const next = JSON.stringify({ ...held, cache: { ...(held['cache'] as object | undefined), ...settings } }, null, 2);
  if (next !== JSON.stringify(held, null, 2)) await files.write(SETTINGS_PATH, new Blob([next]));
  return true;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
