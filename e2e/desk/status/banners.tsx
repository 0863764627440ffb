/** What everybody at the desk has to know now: nothing survives, nobody is signed in, the server is gone. */
import { useEffect, useState, type ReactNode } from 'react';
import type { ClientStatus, OutboxState } from 'tabcached';
import { Icon } from '../icons/icon.tsx';
import { countMessages } from '../outbox/lanes.ts';
import { capacityText } from '../outbox/outbox-text.ts';
import { offlineText } from './offline-text.ts';
import { connectionWord } from './connection-word.ts';
import { storageText } from './storage-text.ts';

/** A connection that is back within this time is not worth a banner. */
const PATIENCE_MS = 1_500;

/** True once `value` has been true for a while. */
function useLasting(value: boolean, forMs: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!value) return setLasting(false);
    const timer = window.setTimeout(() => setLasting(true), forMs);
    return () => window.clearTimeout(timer);
  }, [value, forMs]);
  return lasting && value;
}

/** See the file. */
export function Banners({ status, outbox }: { readonly status: ClientStatus; readonly outbox: OutboxState }): ReactNode {
  const { needsToken, connected, degraded, superseded } = status;
  const storage = storageText(status);
  const capacity = capacityText(outbox);
  const offline = useLasting(connectionWord(status) === 'Offline', PATIENCE_MS);
  const signedOut = useLasting(needsToken, PATIENCE_MS);
  return (
    <div className="banners">
      {storage !== null && (
        <p className="banner" role="alert" data-tone="attention">
          <Icon name="alert" />
          {storage}
        </p>
      )}
      {degraded && (
        <p className="banner" role="alert" data-tone="attention">
          <Icon name="alert" />
          This browser cannot run what the desk keeps messages in. What you see comes from the server and is asked for every few seconds; nothing can be sent from this tab. It is tried again.
        </p>
      )}
      {superseded && (
        <p className="banner" role="status">
          <Icon name="alert" />
          {superseded.works
            ? 'A newer desk is here. This tab goes on, and is loaded anew as soon as nothing is being typed in it.'
            : 'A newer desk is here, and this tab is too old for it. Copy what you are writing, then load the page anew.'}
        </p>
      )}
      {signedOut && (
        <p className="banner" role="alert" data-tone="attention">
          <Icon name="alert" />
          The sign-in has expired and could not be renewed. Messages are kept and sent when it is.
        </p>
      )}
      {offline && !signedOut && (
        <p className="banner" role="status">
          <Icon name="offline" />
          {connected ? 'No connection to the server.' : 'Reconnecting.'} {offlineText(countMessages(outbox.lanes))}
        </p>
      )}
      {capacity !== null && (
        <p className="banner" role="status" data-tone={outbox.warning === 'full' ? 'attention' : 'caution'}>
          <Icon name="alert" />
          {capacity}
        </p>
      )}
    </div>
  );
}
