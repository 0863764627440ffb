/**
 * What tabs are told of each other: how many there are, which shows which chat, which one is looked at.
 *
 * Owns: telling only changes, made once for all tabs that watch, and passing a call from one tab to another. Does not know notices.
 */
import type { TabInfo } from '../../protocol/index.ts';
import type { Timers } from '../env.ts';
import type { Session } from '../sessions.ts';

/** Name of the list among views. */
export const TABS = '@tabs';

/** Changes within this time make one frame: 25 tabs that come back at once would each hear of all the others. */
const DELAY_MS = 50;

/** What the list is made with. */
export interface TabListSetup {
  readonly timers: Timers;
  /** Tabs that are connected. */
  sessions(): readonly Session[];
  chatsOf(session: Session): readonly string[];
  post(session: Session, frame: string, view?: string): void;
}

/** The list. */
export interface TabList {
  /** Begins or stops to tell a tab. Answers the list as it is. */
  watch(session: Session, watching: boolean): readonly TabInfo[];
  /** Anything about tabs may have changed. */
  changed(): void;
  /** A tab that was left out has caught up. */
  again(session: Session, missed: readonly string[]): void;
  /** Passes one tab's call on to another. False: there is no such tab. */
  callTab(from: Session, tabId: string, requestId: string | null): boolean;
  close(): void;
}

/** Creates the list; nothing is worked out while nobody watches. */
export function createTabList({ timers, sessions, chatsOf, post }: TabListSetup): TabList {
  let watching: readonly Session[] = [];
  let told = '';
  let cancel: (() => void) | null = null;

  const tabs = (): TabInfo[] =>
    sessions().map((session) => ({ tabId: session.tabId, visible: session.report.visible, focused: session.report.focused, chats: chatsOf(session) }));
  const frameOf = (list: readonly TabInfo[]): string => JSON.stringify({ t: 'tabs', tabs: list });

  const flush = (): void => {
    cancel = null;
    const connected = sessions();
    watching = watching.filter((session) => connected.includes(session));
    const frame = frameOf(tabs());
    if (frame === told) return;
    told = frame;
    for (const session of watching) post(session, frame, TABS);
  };
  const changed = (): void => {
    if (watching.length > 0) cancel ??= timers.after(DELAY_MS, flush);
  };

  return {
    watch: (session, on) => {
      watching = watching.filter((other) => other !== session);
      if (!on) return [];
      watching = [...watching, session];
      // Others may not have been told what this one is answered.
      changed();
      return tabs();
    },
    changed,
    again: (session, missed) => {
      if (missed.includes(TABS) && watching.includes(session)) post(session, frameOf(tabs()), TABS);
    },
    callTab: (from, tabId, requestId) => {
      const called = sessions().find((session) => session.tabId === tabId);
      if (called) post(called, JSON.stringify({ t: 'called', from: from.tabId, requestId }));
      return called !== undefined;
    },
    close: () => cancel?.(),
  };
}
