/**
 * Pictures that wait in the composers: one per chat, kept while the page lives, so that a look at another ticket costs nothing.
 *
 * Owns: their object URLs. Does not know how they are sent.
 */

/** A picture in a composer. */
export interface ShelvedPicture {
  readonly file: File;
  /** Name that it is stored under. */
  readonly name: string;
  /** Object URL for the preview. */
  readonly url: string;
  /** The server has it: only the message is still to be sent. */
  readonly uploaded: boolean;
}

const shelf = new Map<string, ShelvedPicture>();
const listeners = new Set<() => void>();

/** Hears of every change; returns the undo. */
export function subscribeShelf(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The picture of a chat. */
export const shelved = (requestId: string): ShelvedPicture | null => shelf.get(requestId) ?? null;

function put(requestId: string, picture: ShelvedPicture | null): void {
  const before = shelf.get(requestId);
  if (before && before.url !== picture?.url) URL.revokeObjectURL(before.url);
  if (picture) shelf.set(requestId, picture);
  else shelf.delete(requestId);
  for (const listener of [...listeners]) listener();
}

/** Puts a picture into a chat's composer, in place of the one before. */
export const shelve = (requestId: string, file: File, name: string): void => put(requestId, { file, name, url: URL.createObjectURL(file), uploaded: false });

/** The server has the picture. */
export function markUploaded(requestId: string, name: string): void {
  const picture = shelf.get(requestId);
  if (picture?.name === name) put(requestId, { ...picture, uploaded: true });
}

/** Takes a picture away; another one that is there meanwhile stays. */
export function unshelve(requestId: string, name: string): void {
  if (shelf.get(requestId)?.name === name) put(requestId, null);
}
