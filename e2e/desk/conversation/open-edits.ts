/**
 * Texts of messages that are being changed and not stored yet.
 *
 * Owns: keeping them while their row is not on the page: a virtual list drops rows that are scrolled away, and another ticket's conversation
 * takes the place of this one. Not kept over a reload. Does not know who shows them.
 */

/** A message that is being changed. */
export interface OpenEdit {
  /** Its id when that began: once it is sent it has another. */
  readonly id: string;
  readonly text: string;
}

/** Edits by the place where they were begun, which is the message's key or the outbox. */
export interface OpenEdits {
  of(place: string): OpenEdit | null;
  set(place: string, edit: OpenEdit | null): void;
}

/** Nothing is being changed. */
export function createOpenEdits(): OpenEdits {
  const edits = new Map<string, OpenEdit>();
  return {
    of: (place) => edits.get(place) ?? null,
    set: (place, edit) => void (edit ? edits.set(place, edit) : edits.delete(place)),
  };
}
