/** Is what is shown live? One word, and for tests and the curious: where the daemon runs, its epoch, and who shares it. */
import type { ReactNode } from 'react';
import type { ClientStatus } from 'tabcached';
import { connectionWord } from './connection-word.ts';

/** See the file. */
export function Connection({ status }: { readonly status: ClientStatus }): ReactNode {
  const { host, epoch, tabs, pending } = status;
  const word = connectionWord(status);
  const shared = tabs === 1 ? 'This tab has the connection to itself' : `${tabs} tabs share one connection`;
  const waiting = pending === 0 ? 'nothing waits to be sent' : `${pending} waiting to be sent`;
  return (
    <div
      className="connection"
      role="status"
      aria-label="Connection"
      title={`${shared}; ${waiting}`}
      data-word={word}
      data-host={host}
      data-epoch={epoch}
      data-tabs={tabs}
      data-pending={pending}
    >
      {word}
    </div>
  );
}
