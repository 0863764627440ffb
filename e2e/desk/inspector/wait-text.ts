/** What an operation of the outbox waits for. Pure. */
import type { InspectedLane } from 'tabcached';
import { durationText } from './duration-text.ts';

type Operation = InspectedLane['operations'][number];

/** `blocked`: the first operation of its lane failed. `at`: its place in the lane. */
export function waitText({ status, nextRetryAt, retryCount }: Pick<Operation, 'status' | 'nextRetryAt' | 'retryCount'>, blocked: boolean, at: number, now: number): string {
  if (status === 'failed') return 'a decision: retry, edit or discard';
  if (status === 'syncing') return 'the server’s answer';
  if (blocked) return 'the failed message before it';
  if (at > 0) return 'those before it';
  if (nextRetryAt !== null && nextRetryAt > now) return `attempt ${retryCount + 1}, in ${durationText(nextRetryAt - now)}`;
  return 'the push link';
}
