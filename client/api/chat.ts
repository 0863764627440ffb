/** Live windows on chats, as an application programs against them. */
import type { ChatItem, ChatMeta, SendReceipt, VerifyReport, Window } from '../../protocol/index.ts';
import type { Readable } from './readable.ts';

/** A chat as a tab sees it. */
export interface ChatViewState {
  /** False until the first snapshot is there. */
  readonly ready: boolean;
  readonly items: readonly ChatItem[];
  readonly meta: ChatMeta | null;
  readonly window: Window | null;
  /** Older messages can be loaded: held below the window, or on the server. */
  readonly hasOlder: boolean;
  /** Newer messages can be loaded: the window does not follow the end of the chat. */
  readonly hasNewer: boolean;
  readonly loading: { readonly older: boolean; readonly newer: boolean; readonly gap: boolean };
  /** Why the last load failed; null when it did not. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What is sent. `clientTempId` is made when missing; repeat it to repeat a send whose outcome is unknown. */
export interface Outgoing {
  readonly content: string;
  readonly clientTempId?: string;
  readonly isScreenshot?: boolean;
  readonly screenshotFileName?: string;
  /** The chat's draft stays. Otherwise it goes with the message, in one transaction. Default: only with a screenshot. */
  readonly keepDraft?: boolean;
}

/** A live window on a chat. It is open while somebody subscribes. */
export interface ChatView extends Readable<ChatViewState> {
  readonly requestId: string;
  /** Resolves when the page is in the snapshot, or there is none. */
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** Loads the newest page of a gap item. */
  fillGap(gap: { readonly startSeq: number; readonly endSeq: number }): Promise<void>;
  /** Resolves when the message is stored in the outbox; it is on every tab's screen before. Rejects with `INVALID`, `OUTBOX_FULL`, `STORAGE_FAILED`. */
  send(message: string | Outgoing): Promise<SendReceipt>;
  retry(operationId: string): Promise<void>;
  edit(operationId: string, content: string): Promise<void>;
  discard(operationId: string): Promise<void>;
  /** Moves the read marker up to a sequence; lower ones are ignored. */
  markRead(upToSequence: number): Promise<void>;
  /**
   * Everything up to that sequence is on screen: the read marker follows while the page is visible and has the focus, otherwise when it
   * has it again. For every scroll event; only the highest is told.
   */
  seen(upToSequence: number): void;
  /** Resolves when it is stored. For every keystroke: one save at a time, then the newest; what waits goes out when the page is left. */
  saveDraft(text: string): Promise<void>;
  /** Synchronise now. */
  sync(): Promise<void>;
  /** Compares what is stored of the chat with what should be, and repairs it. */
  verify(): Promise<VerifyReport>;
}
