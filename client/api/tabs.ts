/** The user's tabs, as an application programs against them. */
import type { TabInfo } from '../../protocol/index.ts';
import type { Readable } from './readable.ts';

/** A tab of this user; `self`: this one. */
export interface TabState extends TabInfo {
  readonly self: boolean;
}

/** The user's tabs. */
export interface TabsState {
  /** False until the first answer. */
  readonly ready: boolean;
  readonly tabs: readonly TabState[];
}

/** Another tab asked this one to come forward, and what to show then, if anything. */
export interface CalledForward {
  /** Id of the tab that asked. */
  readonly from: string;
  readonly requestId: string | null;
}

/** The user's tabs, live while somebody subscribes: how many, which shows which chats, which is looked at. */
export interface Tabs extends Readable<TabsState> {
  /**
   * Asks another tab to come forward: it calls `window.focus()` and its {@link Tabs.onCalled} listeners. False: it is not there any more.
   * Browsers seldom let a page bring itself to the front, so it should make itself noticed as well.
   */
  goTo(tabId: string, requestId?: string | null): Promise<boolean>;
  /** Another tab asks this one to come forward. Returns the undo. */
  onCalled(listener: (called: CalledForward) => void): () => void;
}
