/** What everybody at the desk has to know now: nothing survives, nobody is signed in, the server is gone. */
import { useEffect, useState, type ReactNode } from 'react';
import type { ClientStatus } from 'tabcached';
import { Icon } from '../icons/icon.tsx';
import { connectionWord } from './connection-word.ts';

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
export function Banners({ status }: { readonly status: ClientStatus }): ReactNode {
  const { storage, needsToken, pending, connected, superseded } = status;
  const offline = useLasting(connectionWord(status) === 'Offline', PATIENCE_MS);
  const signedOut = useLasting(needsToken, PATIENCE_MS);
  return (
    <div className="banners">
      {storage === 'memory' && (
        <p className="banner" role="alert" data-tone="attention">
          <Icon name="alert" />
          This browser refuses to store anything. What you see and what waits to be sent is lost when the last tab is closed.
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
          {connected ? 'No connection to the server.' : 'Reconnecting.'} You can read and write on: messages are kept and sent when it is back
          {pending > 0 ? ` (${pending} waiting).` : '.'}
        </p>
      )}
    </div>
  );
}
