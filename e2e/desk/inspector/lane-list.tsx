/** Where is my message? The outbox, lane by lane, with what each operation waits for. */
import type { ReactNode } from 'react';
import type { Client, InspectedChat, InspectedLane } from 'tabcached';
import { linkTo } from '../routing/use-place.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import { ActionButton } from './action-button.tsx';
import { durationText } from './duration-text.ts';
import { waitText } from './wait-text.ts';

/** What the list needs. */
export interface LaneListProps {
  readonly lanes: readonly InspectedLane[];
  readonly chats: readonly InspectedChat[];
  readonly now: number;
  readonly client: Client;
  onDone(): void;
}

/** See the file. */
export function LaneList({ lanes, chats, now, client, onDone }: LaneListProps): ReactNode {
  const { username } = useOpenDesk();
  const count = lanes.reduce((sum, lane) => sum + lane.operations.length, 0);
  return (
    <section className="panel panel--wide" aria-label="Outbox">
      <h2>
        Outbox <span className="panel__count">{count}</span>
      </h2>
      {count === 0 && <p className="panel__hint">Nothing waits: everything that was written is on the server.</p>}
      {count > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th>Chat</th>
              <th>What</th>
              <th>State</th>
              <th>Waits for</th>
              <th>Last error</th>
              <th aria-label="Actions" />
            </tr>
          </thead>
          <tbody>
            {lanes.flatMap(({ requestId, operations }) =>
              operations.map((operation, at) => (
                <tr key={operation.id}>
                  <td className="table__name">{at === 0 && <ChatLink username={username} requestId={requestId} subject={chats.find((chat) => chat.requestId === requestId)?.subject ?? null} />}</td>
                  <td className="table__short" title={operation.id}>
                    {operation.type === 'mark_read' ? 'read marker' : 'message'} <span className="table__note">{durationText(now - operation.createdAt)} ago</span>
                  </td>
                  <td>
                    <span className="chip" data-tone={operation.status === 'failed' ? 'attention' : operation.status === 'syncing' ? 'good' : 'quiet'}>
                      {operation.status}
                    </span>
                  </td>
                  <td>{waitText(operation, operations[0]?.status === 'failed', at, now)}</td>
                  <td className="table__error" title={operation.lastError ?? undefined}>
                    {operation.lastError ?? '–'}
                  </td>
                  <td className="table__action">
                    {operation.status === 'failed' && operation.type === 'send_message' && (
                      <ActionButton
                        name="Retry"
                        run={async () => {
                          await client.chat(requestId).retry(operation.id);
                          onDone();
                          return 'asked';
                        }}
                      />
                    )}
                  </td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      )}
    </section>
  );
}

const ChatLink = ({ username, requestId, subject }: { readonly username: string; readonly requestId: string; readonly subject: string | null }): ReactNode => (
  <a title={subject ?? requestId} {...linkTo({ as: username, ticket: requestId })}>
    {subject ?? requestId.slice(0, 8)}
  </a>
);
