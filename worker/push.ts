/**
 * The daemon's end of the push link: whether it is attached, and whether a frame was lost.
 *
 * Owns: the numbers of frames, the check that the token belongs to this daemon's user before anything is stored or sent, sorting
 * frames by kind. Does not know sockets (the backend reconnects by itself) nor what a frame changes. A backend without push is polled.
 */
import type { Backend, ChangeFrame, PushFrame, PushLink, ReadState } from '../protocol/index.ts';
import type { Environment } from './env.ts';
import type { LinkStatus } from './sync/link-state.ts';

/** How often a backend without a push link is asked. */
const POLL_MS = 10_000;
/** When tabs are asked again for a token, after one of another user. */
const WRONG_USER_PAUSE_MS = 60_000;

/** Where frames go. */
export interface PushEvents {
  onAttached(): void;
  onDetached(): void;
  /** Frames were lost: everything that counts as current is in doubt. */
  onLost(reason: string): void;
  onChange(frame: ChangeFrame): void;
  onTicket(ticket: unknown): void;
  onRemoved(requestId: string): void;
  onRead(state: ReadState): void;
  /** The token belongs to another user; the link is closed. */
  onWrongUser(userId: string): void;
}

/** The link. */
export interface Push extends LinkStatus {
  /** Opens the link, or starts polling. */
  open(): void;
  wake(): void;
  /** Connects anew, so that the welcome names the user of the token that is at hand now. */
  reopen(): void;
  /** Links opened and not closed: 0 or 1. */
  count(): number;
  close(): void;
}

/** Creates the link of a user; it is not opened yet. */
export function createPush(backend: Backend, userId: string, env: Pick<Environment, 'timers' | 'log'>, events: PushEvents): Push {
  let link: PushLink | null = null;
  let attached = false;
  let attachment = 0;
  let last = 0;
  let cancelPoll: (() => void) | null = null;
  let closed = false;

  const lose = (reason: string): void => {
    attachment += 1;
    env.log.info('push frames lost', { reason });
    events.onLost(reason);
  };

  const onFrame = (frame: PushFrame): void => {
    if (!attached || closed || frame.type === 'welcome') return;
    const expected = frame.type === 'ping' ? last : last + 1;
    const late = frame.n < expected;
    last = Math.max(last, frame.n);
    if (frame.n > expected) lose(`frame ${frame.n} instead of ${expected}`);
    // A change has its place in its chat's chain. Anything else that comes late, or twice, was asked for when it was missed, and that
    // answer is the newer one.
    if (frame.type === 'change') events.onChange(frame);
    else if (late) return;
    else if (frame.type === 'ticket') events.onTicket(frame.ticket);
    else if (frame.type === 'removed') events.onRemoved(frame.requestId);
    else if (frame.type === 'lost') lose('the server dropped frames');
    else if (frame.type === 'read') {
      const { type: _type, n: _n, ...state } = frame;
      events.onRead(state);
    }
  };

  const attach = (): void => {
    attached = true;
    attachment += 1;
    last = 1;
    events.onAttached();
  };
  const detach = (): void => {
    if (!attached) return;
    attached = false;
    events.onDetached();
  };

  const poll = (): void => {
    if (closed) return;
    if (attached) lose('poll');
    else attach();
    cancelPoll = env.timers.after(POLL_MS, poll);
  };

  const open = (): void => {
    if (link || cancelPoll || closed) return;
    if (!backend.openPush) return poll();
    link = backend.openPush({
      onOpen: (named) => {
        if (closed) return;
        if (named === userId) return attach();
        link?.close();
        link = null;
        detach();
        // Somebody else was signed in for a while; nobody may come who would open it again.
        env.timers.after(WRONG_USER_PAUSE_MS, open);
        events.onWrongUser(named);
      },
      onFrame,
      onMalformed: (reason) => attached && lose(reason),
      onDown: detach,
    });
  };

  return {
    attached: () => attached,
    attachment: () => attachment,
    open,
    reopen: () => {
      link?.close();
      link = null;
      detach();
      open();
    },
    wake: () => (link ? link.wake() : open()),
    count: () => (link ? 1 : 0),
    close: () => {
      closed = true;
      attached = false;
      link?.close();
      link = null;
      cancelPoll?.();
    },
  };
}
