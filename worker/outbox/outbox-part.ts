/**
 * The part of the daemon that loads for the first list of the outbox, or the first decision about what waits in it.
 *
 * Owns: the calls about that, what the view is given, and why nothing is sent just now.
 */
import { outboxInputs, type CallHandlers, type OutboxPause } from '../../protocol/index.ts';
import { checkedCall } from '../checked-call.ts';
import type { Parts, PartsSetup } from '../parts.ts';
import type { Session } from '../sessions.ts';
import { OUTBOX } from '../views.ts';
import { createDecisions } from './decisions.ts';
import { createOutboxView, type OutboxView } from './outbox-view.ts';

/** The part. */
export interface OutboxPart extends Pick<OutboxView, 'changed' | 'close'> {
  /** A tab's call, by name, with an input that is still to be checked. */
  call(session: Session, name: string, input: unknown): Promise<unknown>;
}

/** Creates the part of a daemon whose other parts are all there. */
export function openOutboxPart({ env, booted, settings }: PartsSetup, { context, executor, ledger, outbox, push, sessions, tokens }: Parts): OutboxPart {
  const { clock, timers } = env;
  const paused = (): OutboxPause | null => {
    if (booted.trouble?.held) return { reason: 'storage', until: null };
    if (tokens.needed() || executor.lacksToken()) return { reason: 'unauthorized', until: null };
    if (!push.attached()) return { reason: 'offline', until: null };
    const until = executor.pausedUntilAt();
    return until > clock.now() ? { reason: 'rate-limited', until } : null;
  };
  const view = createOutboxView({ timers, ledger, limit: settings.outboxLimit, paused, context, sessions: () => sessions.all(), post: (session, frame) => sessions.post(session, frame, OUTBOX) });
  const { retry, retryAll, edit, discard } = createDecisions(outbox.desk);
  const done = async (decided: Promise<void>): Promise<null> => {
    await decided;
    return null;
  };
  const callsOf = (session: Session): Pick<CallHandlers, keyof typeof outboxInputs> => ({
    retry: ({ operationId }) => done(retry(operationId)),
    edit: ({ operationId, content }) => done(edit(operationId, content)),
    discard: ({ operationId }) => done(discard(operationId)),
    retryAll: () => done(retryAll()),
    watchOutbox: ({ watching }) => view.watch(session, watching),
  });
  return { call: (session, name, input) => checkedCall(outboxInputs, callsOf(session), name, input), changed: view.changed, close: view.close };
}
