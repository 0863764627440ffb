/**
 * The part of the daemon that loads for the first list of the outbox.
 *
 * Owns: what the view is given, and why nothing is sent just now.
 */
import type { OutboxPause } from '../../protocol/index.ts';
import type { Parts, PartsSetup } from '../parts.ts';
import { OUTBOX } from '../views.ts';
import { createOutboxView, type OutboxView } from './outbox-view.ts';

/** Creates the view of a daemon whose parts are all there. */
export function openOutboxView({ env, booted, settings }: PartsSetup, { context, executor, ledger, push, sessions, tokens }: Parts): OutboxView {
  const { clock, timers } = env;
  const paused = (): OutboxPause | null => {
    if (booted.trouble?.held) return { reason: 'storage', until: null };
    if (tokens.needed() || executor.lacksToken()) return { reason: 'unauthorized', until: null };
    if (!push.attached()) return { reason: 'offline', until: null };
    const until = executor.pausedUntilAt();
    return until > clock.now() ? { reason: 'rate-limited', until } : null;
  };
  return createOutboxView({ timers, ledger, limit: settings.outboxLimit, paused, context, sessions: () => sessions.all(), post: (session, frame) => sessions.post(session, frame, OUTBOX) });
}
