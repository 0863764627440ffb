/**
 * The user's tabs as each of them sees all: live while somebody reads; and calling another one forward.
 *
 * Owns: asking to be told and stopping, and who hears when this tab is called. Does not know what a tab does then, but for asking the browser
 * to bring its page to the front, which most browsers do only sometimes.
 */
import type { CalledFrame, TabInfo, TabsFrame } from '../protocol/tabs.ts';
import type { Call } from './calls.ts';
import type { CalledForward, Tabs, TabsState } from './api/tabs.ts';
import { NO_TABS } from './empty-states.ts';
import type { LoadedEnvironment } from './env.ts';
import { createLiveView, type LiveView } from './live-view.ts';
import { createSource } from './source.ts';

/** The tabs and the wires that the client pulls. */
export interface OtherTabs {
  readonly tabs: Tabs;
  readonly live: LiveView;
  receive(frame: TabsFrame | CalledFrame): void;
  /** Shows nothing any more. */
  forget(): void;
}

/** A list that is asked for when somebody subscribes. */
export function createOtherTabs(env: LoadedEnvironment, tabId: string, deadlineMs: number, call: Call, isUp: () => boolean): OtherTabs {
  let state = NO_TABS;
  const listeners = new Set<{ readonly tell: (called: CalledForward) => void }>();
  const set = (next: TabsState): void => {
    state = next;
    source.touch();
  };
  const take = (tabs: readonly TabInfo[]): void => set({ ready: true, tabs: tabs.map((tab) => ({ ...tab, self: tab.tabId === tabId })) });
  /** Frames since the opening under way began: the newest of them is newer than its answer. */
  let heard = 0;
  const live = createLiveView(env, deadlineMs, isUp, {
    open: async (isCurrent) => {
      const before = heard;
      const tabs = await call('watchTabs', { watching: true });
      if (isCurrent() && heard === before) take(tabs);
    },
    close: () => {
      set(NO_TABS);
      if (isUp()) void call('watchTabs', { watching: false }).catch(() => undefined);
    },
    onFailure: () => undefined,
  });
  const source = createSource(() => state, live.use);
  return {
    live,
    tabs: {
      subscribe: source.subscribe,
      getSnapshot: source.getSnapshot,
      goTo: (other, requestId = null) => call('callTab', { tabId: other, requestId }),
      onCalled: (tell) => {
        const entry = { tell };
        listeners.add(entry);
        return () => void listeners.delete(entry);
      },
    },
    receive: (frame) => {
      if (frame.t === 'called') {
        env.later.focus();
        for (const { tell } of [...listeners]) tell({ from: frame.from, requestId: frame.requestId });
      } else if (live.isActive()) {
        heard += 1;
        take(frame.tabs);
      }
    },
    forget: () => set(NO_TABS),
  };
}
