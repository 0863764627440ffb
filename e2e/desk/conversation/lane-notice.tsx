/** Why the messages of this conversation are not sent, above the composer. That everything waits is said by a banner. */
import type { ReactNode } from 'react';
import type { LaneState } from 'tabcached';
import { MAY_BE_THERE, untilText } from '../outbox/outbox-text.ts';
import { useSeconds } from '../time/use-seconds.ts';

/** Nothing while messages are on their way. `offline`: nothing is sent anywhere. `doubtful`: the server may have the first message. */
export function LaneNotice({ lane: { pending, blocked, nextRetryAt }, offline, doubtful }: { readonly lane: LaneState; readonly offline: boolean; readonly doubtful: boolean }): ReactNode {
  const counting = !blocked && !offline && nextRetryAt !== null;
  const nowMs = useSeconds(counting);
  if (blocked) {
    return (
      <p className="lane" role="status" data-tone="attention">
        A message was not sent. {pending > 1 ? 'Retry, edit or discard it; until then, those after it wait.' : 'Retry, edit or discard it.'}
        {doubtful && ` ${MAY_BE_THERE}.`}
      </p>
    );
  }
  if (!counting) return null;
  const when = untilText(nextRetryAt, nowMs);
  return (
    <p className="lane" role="status">
      {doubtful ? `No answer came. ${MAY_BE_THERE}.` : 'The server did not take it yet.'} {when === 'now' ? 'Trying again now.' : `Trying again in ${when}.`}
    </p>
  );
}
