/**
 * What people pressed send on, and what became of it as far as they were told.
 *
 * Owns: the order of these events, and which text the server may have of each message. Judges what a server holds; asks nobody.
 */
import type { ServerMessage } from 'tabcached/protocol';

/** One message. */
export interface Written {
  readonly id: string;
  readonly userId: string;
  readonly requestId: string;
  /** Texts that it may have on the server. */
  texts: readonly string[];
  /** `accepted`: its tab was told that it is stored durably. `refused`: that it is not. Else nobody was told anything. */
  state: 'pressed' | 'accepted' | 'refused';
  /** In the order of all events. */
  readonly pressedAt: number;
  acceptedAt: number;
  /** Somebody pressed discard and was not told that it is too late. */
  discarded: boolean;
  /** Somebody deleted it on the server. */
  deleted: boolean;
}

/** All of them. */
export interface WrittenMessages {
  press(message: Pick<Written, 'id' | 'userId' | 'requestId'> & { readonly text: string }): Written;
  accept(message: Written): void;
  all(): readonly Written[];
  byId(id: string): Written | undefined;
}

/** Nothing was written yet. */
export function createWrittenMessages(): WrittenMessages {
  const byId = new Map<string, Written>();
  let events = 0;
  return {
    press: ({ text, ...message }) => {
      const written: Written = { ...message, texts: [text], state: 'pressed', pressedAt: ++events, acceptedAt: Number.POSITIVE_INFINITY, discarded: false, deleted: false };
      byId.set(written.id, written);
      return written;
    },
    accept: (message) => {
      message.state = 'accepted';
      message.acceptedAt = ++events;
    },
    all: () => [...byId.values()],
    byId: (id) => byId.get(id),
  };
}

/** What an author's listing of a chat says against the promises about sending; empty when nothing does. `failed`: ids that are shown as failed. */
export function judgeSending(written: readonly Written[], listing: readonly ServerMessage[], failed: ReadonlySet<string>): readonly (readonly [promise: string, text: string])[] {
  const told: (readonly [string, string])[] = [];
  const places = new Map<string, number[]>();
  listing.forEach((row, place) => row.clientTempId && places.set(row.clientTempId, [...(places.get(row.clientTempId) ?? []), place]));
  const texts = new Map<string, number>();
  for (const { content } of listing) texts.set(content, (texts.get(content) ?? 0) + 1);
  for (const message of written) {
    const name = `"${message.texts[0]}" (${message.id.slice(0, 8)})`;
    const at = places.get(message.id) ?? [];
    const [place] = at;
    if (at.length > 1 || message.texts.some((text) => (texts.get(text) ?? 0) > 1)) told.push(['S-1', `${name} is on the server more than once`]);
    if (place !== undefined && !message.deleted && !message.texts.includes(listing[place]?.content ?? '')) told.push(['S-3', `${name} is on the server as "${listing[place]?.content}", not as ${message.texts.join(' or ')}`]);
    if (message.state === 'accepted' && place === undefined && !message.discarded && !message.deleted && !failed.has(message.id)) told.push(['S-4', `${name} was accepted and is neither on the server nor shown as failed`]);
    for (const later of written) {
      const [laterPlace] = places.get(later.id) ?? [];
      if (later.requestId !== message.requestId || message.acceptedAt >= later.pressedAt || place === undefined || laterPlace === undefined) continue;
      if (laterPlace < place) told.push(['S-3', `"${later.texts[0]}" was pressed after ${name} had been accepted, and is before it on the server`]);
    }
  }
  return told;
}
