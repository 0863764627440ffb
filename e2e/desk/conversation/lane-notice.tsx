/** Why the messages of this conversation are not sent, above the composer. That everything waits is said by a banner. */
import type { ReactNode } from 'react';
import type { LaneState } from 'tabcached';
import { untilText } from '../outbox/outbox-text.ts';
import { useSeconds } from '../time/use-seconds.ts';

/** Nothing while messages are on their way. `offline`: nothing is sent anywhere. */
export function LaneNotice({ lane: { pending, blocked, nextRetryAt }, offline }: { readonly lane: LaneState; readonly offline: boolean }): ReactNode {
  const counting = !blocked && !offline && nextRetryAt !== null;
  const nowMs = useSeconds(counting);
  if (blocked) {
    return (
      <p className="lane" role="status" data-tone="attention">
        A message was not sent. {pending > 1 ? 'Retry, edit or discard it; until then, those after it wait.' : 'Retry, edit or discard it.'}
      </p>
    );
  }
  if (!counting) return null;
  const when = untilText(nextRetryAt, nowMs);
  return (
    <p className="lane" role="status">
      The server did not take it yet. {when === 'now' ? 'Trying again now.' : `Trying again in ${when}.`}
    </p>
  );
}
