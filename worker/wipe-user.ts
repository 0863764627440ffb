/**
 * Removing everything of one user from a browser, and looking whether anything is left.
 *
 * Owns: the order and the verdict. Files, caches and an outbox that was set aside go first and the database last: it holds the note that a wipe was begun, so a wipe that
 * ends half-way is finished by the next daemon. A part that loads when used. Does not know browsers (`real-wipe.ts`).
 */
import { carriedDatabaseName, databaseName, ownedPrefix } from '../protocol/names.ts';

/** Places in which things of a user can be. All may reject; `exists` and `holdsAny` answer null where the browser does not tell. */
export interface WipePlaces {
  /** The user's own: media, thumbnails, settings, log. */
  readonly files: { remove(): Promise<void>; holdsAny(): Promise<boolean | null> };
  readonly caches: { names(): Promise<readonly string[]>; remove(name: string): Promise<void> };
  readonly databases: { remove(name: string): Promise<void>; exists(name: string): Promise<boolean | null> };
}

/** Times that files and caches are tried: what was being written a moment ago may refuse to go. */
const ATTEMPTS = 3;

async function gone(attempt: () => Promise<boolean>, pause: () => Promise<void>): Promise<boolean> {
  for (let count = 1; ; count += 1) {
    if (await attempt().catch(() => false)) return true;
    if (count === ATTEMPTS) return false;
    await pause();
  }
}

/** Removes and verifies. Answers what is left, for a person; empty when nothing is. Never rejects. `pause` is made between attempts. */
export async function wipePlaces(userId: string, { files, caches, databases }: WipePlaces, pause: () => Promise<void>): Promise<readonly string[]> {
  const ours = async (): Promise<readonly string[]> => (await caches.names()).filter((name) => name.startsWith(ownedPrefix(userId)));
  const left: string[] = [];

  const filesGone = await gone(async () => {
    await files.remove();
    return (await files.holdsAny()) !== true;
  }, pause);
  if (!filesGone) left.push('files');
  const cachesGone = await gone(async () => {
    for (const name of await ours()) await caches.remove(name);
    return (await ours()).length === 0;
  }, pause);
  if (!cachesGone) left.push('caches');
  // The database goes only when nothing else is left: without it nobody would know that there is something to finish.
  if (left.length > 0) return [...left, 'database'];
  for (const name of [carriedDatabaseName(userId), databaseName(userId)]) {
    const databaseGone = await gone(async () => {
      await databases.remove(name);
      return (await databases.exists(name)) !== true;
    }, pause);
    if (!databaseGone) return ['database'];
  }
  return [];
}
