/**
 * What tabs know of each other, and the one notice of a message that is there for all of them.
 *
 * Owns: shapes and schemas. Nothing here has message text but a notice's preview, which goes to one tab.
 */
import * as v from 'valibot';
import { Count, Uuid } from './records.ts';

/** Key in `ticket_meta`: what is not told yet, as {@link NoticeMark} by chat. There once a tab has asked for notices. */
export const UNTOLD_KEY = '_untold';

/** Schema of every input. */
export const tabInputs = {
  /** From now on this tab is sent `{t:'tabs'}` frames; the answer is the list they follow. */
  watchTabs: v.object({ watching: v.boolean() }),
  /** Asks another tab to come forward, with what it should show, if anything. */
  callTab: v.object({ tabId: v.string(), requestId: v.optional(v.nullable(Uuid), null) }),
  /** This tab is ready to tell its person of new messages, or is not any more. */
  watchNotices: v.object({ watching: v.boolean() }),
  /** That notice frame has arrived in a tab that was awake. */
  noticed: v.object({ number: Count }),
} as const;

/** A tab of this user. */
export interface TabInfo {
  readonly tabId: string;
  readonly visible: boolean;
  readonly focused: boolean;
  /** Chats that it shows, by id. */
  readonly chats: readonly string[];
}

/** New messages of one chat, told to one tab. */
export interface Notice {
  readonly requestId: string;
  readonly subject: string;
  /** The newest one's sequence: with `requestId` the notice's name for ever. */
  readonly sequence: number;
  /** How many there are that nobody was told of. */
  readonly count: number;
  /** Beginning of the chat's newest message, as the ticket list has it. */
  readonly preview: string | null;
}

/** Up to where a person was told of a chat, or had read it. */
export interface NoticeMark {
  readonly head: number;
  readonly unread: number;
  readonly read: number;
}

/** All tabs, whole, to tabs that watch them: when any of it has changed. */
export interface TabsFrame {
  readonly t: 'tabs';
  readonly tabs: readonly TabInfo[];
}

/** New messages, to exactly one tab. It answers with the call `noticed`; one that sleeps is left out, and knows it by `at`. */
export interface NoticeFrame {
  readonly t: 'notice';
  readonly number: number;
  /** Unix milliseconds of posting. */
  readonly at: number;
  readonly notices: readonly Notice[];
}

/** Another tab asks this one to come forward. */
export interface CalledFrame {
  readonly t: 'called';
  readonly from: string;
  readonly requestId: string | null;
}

/** A notice frame that a tab reads this late was told to another tab meanwhile. */
export const NOTICE_STALE_MS = 4_000;
/** A tab that has not answered a notice for so long sleeps. */
export const NOTICE_RETELL_MS = 5_000;

/** Answers by call. */
export interface TabOutputs {
  readonly watchTabs: readonly TabInfo[];
  /** False: there is no such tab any more. */
  readonly callTab: boolean;
  readonly watchNotices: null;
  readonly noticed: null;
}
