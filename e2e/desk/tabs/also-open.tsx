/** Says that a conversation is open in another tab as well, and leads there. */
import { useEffect, useState, type ReactNode } from 'react';
import type { TabState } from 'tabcached';
import { useTabs } from 'tabcached/react';
import { useOpenDesk } from '../session/desk-context.ts';

/** How long it is said that the other tab was called. */
const SAID_MS = 6_000;

/** The other tab to go to: one that is on a screen before one that is not. */
export function otherTab(tabs: readonly TabState[], requestId: string): TabState | null {
  const others = tabs.filter((tab) => !tab.self && tab.chats.includes(requestId));
  return others.find((tab) => tab.visible) ?? others[0] ?? null;
}

/** See the file. */
export function AlsoOpen({ requestId }: { readonly requestId: string }): ReactNode {
  const { client } = useOpenDesk();
  const other = otherTab(useTabs(client).tabs, requestId);
  const [called, setCalled] = useState(false);
  useEffect(() => {
    if (!called) return undefined;
    const timer = window.setTimeout(() => setCalled(false), SAID_MS);
    return () => window.clearTimeout(timer);
  }, [called]);
  if (!other) return null;
  return (
    <p className="also-open" role="status">
      <span>{called ? 'Look for the tab that flashes' : 'Also open in another tab'}</span>
      <button type="button" className="button button--small" onClick={() => void client.tabs.goTo(other.tabId, requestId).then(setCalled, () => undefined)}>
        Go there
      </button>
    </p>
  );
}
