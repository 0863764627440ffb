/**
 * One connection of the push link: from hello to its end.
 *
 * Owns: the handshake, the check of each frame's shape, and noticing that a link is dead although its socket seems open (an offline
 * browser drops what is sent, without a word). Does not know tokens, reconnecting, or what frames mean.
 *
 *   open -> hello -> welcome -> frames    20 s nothing heard -> ping    10 s nothing heard either -> over
 */
import * as v from 'valibot';
import { PushFrame } from '../../protocol/index.ts';
import { complaint } from '../complaint.ts';
import type { Network, Socket, Timers } from '../env.ts';

/** Silence after which the server is asked whether it is there. */
export const SILENCE_MS = 20_000;
/** Silence after that question which means that it is not. */
export const DEAD_AFTER_MS = 10_000;
/** From opening the socket to the welcome. */
export const WELCOME_WITHIN_MS = 10_000;
/** Close code of a server that refuses the token. */
export const CLOSE_UNAUTHORIZED = 4401;

/** What a connection tells; nothing more after `onEnd`, nor after `close()`. */
export interface PushSocketEvents {
  /** The first event, if the server accepts the token. */
  onWelcome(userId: string): void;
  onFrame(frame: PushFrame): void;
  onMalformed(reason: string): void;
  /** It is over, once. */
  onEnd(code: 'OFFLINE' | 'UNAUTHORIZED'): void;
}

/** A connection. */
export interface PushSocket {
  /** Is the server still there? Ends the connection when it does not answer. Without effect before the welcome. */
  probe(): void;
  /** Idempotent. */
  close(): void;
}

/** Opens a connection. Throws what `openSocket` throws. */
export function openPushSocket(
  env: { readonly network: Pick<Network, 'openSocket'>; readonly timers: Timers },
  url: string,
  token: string,
  events: PushSocketEvents,
): PushSocket {
  const socket: Socket = env.network.openSocket(url);
  let welcomed = false;
  let probing = false;
  let over = false;

  const finish = (code: 'OFFLINE' | 'UNAUTHORIZED' | null): void => {
    if (over) return;
    over = true;
    cancelTimer();
    socket.close();
    if (code) events.onEnd(code);
  };
  let cancelTimer = env.timers.after(WELCOME_WITHIN_MS, () => finish('OFFLINE'));

  const probe = (): void => {
    if (over || !welcomed || probing) return;
    probing = true;
    cancelTimer();
    cancelTimer = env.timers.after(DEAD_AFTER_MS, () => finish('OFFLINE'));
    socket.send(JSON.stringify({ type: 'ping' }));
  };
  const heard = (): void => {
    probing = false;
    cancelTimer();
    cancelTimer = env.timers.after(SILENCE_MS, probe);
  };

  socket.onOpen = () => {
    if (!over) socket.send(JSON.stringify({ type: 'hello', token }));
  };
  socket.onText = (text) => {
    if (over) return;
    const frame = readFrame(text);
    // Only a welcome keeps a connection that waits for one.
    if (welcomed) heard();
    if (typeof frame === 'string') return events.onMalformed(frame);
    if (frame.type === 'welcome') {
      if (welcomed) return events.onMalformed('a second welcome');
      welcomed = true;
      heard();
      return events.onWelcome(frame.userId);
    }
    if (!welcomed) return events.onMalformed('a frame before the welcome');
    events.onFrame(frame);
  };
  socket.onClose = (code) => finish(code === CLOSE_UNAUTHORIZED ? 'UNAUTHORIZED' : 'OFFLINE');

  return { probe, close: () => finish(null) };
}

/** The frame, or why it is none. */
function readFrame(text: string): PushFrame | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  const result = v.safeParse(PushFrame, value);
  return result.success ? result.output : complaint(result.issues);
}
