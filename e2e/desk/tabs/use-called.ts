/**
 * Another tab asked this one to come forward.
 *
 * Owns: making itself noticed. `window.focus()`, which the client has called by then, works only in some browsers and cases, so title and page
 * flash, and where notifications may be shown, a click on one leads here.
 */
import { useEffect, useState } from 'react';
import type { Client } from 'tabcached';
import { goTo } from '../routing/use-place.ts';
import { useAttended } from '../status/use-attended.ts';
import { showNotification } from './notification.ts';

/** Longest time of flashing. */
const FLASH_MS = 20_000;
/** Shortest: a tab that is looked at when it is called has to be found as well. */
const SEEN_MS = 3_000;

/** True while the tab is to be noticed. */
export function useCalled(client: Client, username: string): boolean {
  const [calls, setCalls] = useState(0);
  const [called, setCalled] = useState(false);
  const attended = useAttended();
  useEffect(
    () =>
      client.tabs.onCalled(({ requestId }) => {
        if (requestId !== null) goTo({ as: username, ticket: requestId });
        setCalls((count) => count + 1);
        setCalled(true);
        if (document.visibilityState === 'hidden') showNotification({ title: 'This is the tab you asked for', body: 'Click to go there.', tag: 'desk:called' }, () => undefined);
      }),
    [client, username],
  );
  useEffect(() => {
    if (!called) return undefined;
    const timer = window.setTimeout(() => setCalled(false), attended ? SEEN_MS : FLASH_MS);
    return () => window.clearTimeout(timer);
  }, [called, calls, attended]);
  return called;
}
