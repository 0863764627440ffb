/** The waiting messages of one chat. */
import type { ReactNode } from 'react';
import type { OutboxLane as Lane, OutboxPause } from 'tabcached';
import { linkTo } from '../routing/use-place.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import { refusalLines } from './context-text.ts';
import { laneStatus } from './lanes.ts';
import { OutboxItem } from './outbox-item.tsx';
import { laneText } from './outbox-text.ts';

/** See the file. `subject` of the chat's ticket; null when the list does not know it. */
export interface OutboxLaneProps {
  readonly lane: Lane;
  readonly paused: OutboxPause | null;
  readonly subject: string | null;
  readonly nowMs: number;
  /** The chat was opened from here. */
  onOpen(): void;
}

/** See the file. */
export function OutboxLane({ lane, paused, subject, nowMs, onOpen }: OutboxLaneProps): ReactNode {
  const { client, username, userId } = useOpenDesk();
  const { requestId, operations } = lane;
  const status = laneStatus(lane, paused);
  const link = linkTo({ as: username, ticket: requestId });
  const name = subject ?? 'A ticket that is not in the list';
  const blocked = status.kind === 'blocked' ? status.operation : null;
  const why = blocked ? refusalLines(blocked.errorMessage, blocked.context, userId) : status.kind === 'retry' && status.why ? [status.why] : [];
  return (
    <section className="queue-lane" aria-label={name} data-state={status.kind}>
      <header className="queue-lane__head">
        <a
          className="queue-lane__subject"
          href={link.href}
          onClick={(event) => {
            link.onClick(event);
            if (event.defaultPrevented) onOpen();
          }}
        >
          {name}
        </a>
        <span className="queue-lane__state">{laneText(status, nowMs)}</span>
      </header>
      {why.map((line) => (
        <p key={line} className="queue-lane__why">
          {line}
        </p>
      ))}
      {blocked && operations.length > 1 && <p className="queue-lane__behind">Those after it wait until it is retried, edited or discarded.</p>}
      <ul>
        {operations.map((operation) => (
          <OutboxItem key={operation.operationId} operation={operation} outbox={client.outbox} nowMs={nowMs} />
        ))}
      </ul>
    </section>
  );
}
