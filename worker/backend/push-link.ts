/**
 * The push link over WebSocket: one connection after the other until it is closed.
 *
 * Owns: the token of each connection, the pauses between attempts, and telling that the link is up or down. Does not know frames
 * (`push-socket.ts`), nor whether one is missing: the daemon checks their numbers.
 */
import type { PushEvents, PushLink } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import type { BackendEnvironment } from './backend-environment.ts';
import { baseOf } from './http-caller.ts';
import { openPushSocket, type PushSocket } from './push-socket.ts';

/** Bound of the first pause between attempts; doubled for each one after it. */
const FIRST_PAUSE_MS = 500;
/** Longest bound. */
const LONGEST_PAUSE_MS = 15_000;
/** A link that was up for as long as this had no trouble: the next pause is a first one again. */
const STEADY_AFTER_MS = 5_000;

/** Opens the link. No event comes before this has returned. */
export function openHttpPush(env: BackendEnvironment, events: PushEvents): PushLink {
  const url = `${baseOf(env.baseUrl).replace(/^http/i, 'ws')}/push`;
  const over = new AbortController();
  let socket: PushSocket | null = null;
  let told: 'up' | 'OFFLINE' | 'UNAUTHORIZED' | null = null;
  let rejected: string | null = null;
  let failures = 0;
  let cancelPause: (() => void) | null = null;
  let cancelSteady = (): void => undefined;

  const tellDown = (code: 'OFFLINE' | 'UNAUTHORIZED'): void => {
    if (told === code) return;
    told = code;
    events.onDown(code);
  };

  const pause = (): void => {
    if (over.signal.aborted) return;
    const longestMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
    failures += 1;
    cancelPause = env.timers.after(env.random() * longestMs, resume);
  };
  const resume = (): void => {
    cancelPause?.();
    cancelPause = null;
    void connect();
  };

  const onEnd = (code: 'OFFLINE' | 'UNAUTHORIZED', token: string): void => {
    socket = null;
    cancelSteady();
    if (code === 'UNAUTHORIZED') rejected = token;
    tellDown(code);
    // A token that just expired is replaced at once; a server that refuses the new one too is not asked without end.
    const atOnce = code === 'UNAUTHORIZED' && failures === 0;
    if (!atOnce) return pause();
    failures += 1;
    if (!over.signal.aborted) void connect();
  };

  const connect = async (): Promise<void> => {
    let token: string;
    try {
      token = await env.token(rejected, over.signal);
      if (token === rejected) throw new TabcachedError('UNAUTHORIZED');
    } catch {
      if (over.signal.aborted) return;
      tellDown('UNAUTHORIZED');
      return pause();
    }
    if (over.signal.aborted) return;
    rejected = null;
    try {
      socket = openPushSocket(env, url, token, {
        onWelcome: (userId) => {
          told = 'up';
          cancelSteady = env.timers.after(STEADY_AFTER_MS, () => (failures = 0));
          events.onOpen(userId);
        },
        onFrame: events.onFrame,
        onMalformed: events.onMalformed,
        onEnd: (code) => onEnd(code, token),
      });
    } catch (thrown) {
      env.log.warn('push socket refused', { error: String(thrown) });
      tellDown('OFFLINE');
      pause();
    }
  };

  void connect();
  return {
    wake: () => {
      if (over.signal.aborted) return;
      if (cancelPause) resume();
      else socket?.probe();
    },
    close: () => {
      if (over.signal.aborted) return;
      over.abort();
      cancelPause?.();
      cancelSteady();
      socket?.close();
      socket = null;
    },
  };
}
