/** The outbox in words. Pure. */
import type { OutboxPause, OutboxState } from 'tabcached';
import type { LaneStatus } from './lanes.ts';

/** Why a message whose answer was lost can be neither changed nor taken back for now. */
export const MAY_BE_THERE = 'The server may have it already: that is asked first, and until then it can be neither changed nor discarded';

const number = new Intl.NumberFormat('en-GB');

/** `1 message`, `1,204 messages` */
export const messagesText = (count: number): string => `${number.format(count)} ${count === 1 ? 'message' : 'messages'}`;

/** `now`, `4 s`, `1 min 20 s`, `2 min`: how long until a time. */
export function untilText(atMs: number, nowMs: number): string {
  const seconds = Math.ceil((atMs - nowMs) / 1000);
  if (seconds <= 0) return 'now';
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

const again = (atMs: number, nowMs: number): string => {
  const when = untilText(atMs, nowMs);
  return when === 'now' ? 'trying again now' : `next try in ${when}`;
};

const PAUSED: Readonly<Record<OutboxPause['reason'], string>> = {
  offline: 'Waits for the connection',
  unauthorized: 'Waits for the sign-in',
  storage: 'Waits for storage',
  'rate-limited': 'Pauses',
};

/** Why nothing is sent, for the head of the page; null when something is. */
export function pauseText(pause: OutboxPause, nowMs: number): string {
  switch (pause.reason) {
    case 'offline':
      return 'There is no connection to the server: they are sent when it is back.';
    case 'unauthorized':
      return 'The sign-in has expired: they are sent when it is renewed.';
    case 'storage':
      return 'What is stored here cannot be read at the moment: they are sent when it can be.';
    case 'rate-limited':
      return pause.until === null ? 'The server asked for a pause.' : `The server asked for a pause: ${again(pause.until, nowMs)}.`;
  }
}

/** One line for a lane. */
export function laneText(status: LaneStatus, nowMs: number): string {
  switch (status.kind) {
    case 'blocked':
      return 'Not sent';
    case 'sending':
      return 'Being sent';
    case 'next':
      return 'Waits for its turn';
    case 'paused':
      return PAUSED[status.pause.reason];
    case 'retry': {
      const text = again(status.atMs, nowMs);
      return text.charAt(0).toUpperCase() + text.slice(1);
    }
  }
}

/** A warning before and at the limit; null while there is room. */
export function capacityText({ count, limit, warning }: Pick<OutboxState, 'count' | 'limit' | 'warning'>): string | null {
  if (warning === 'none') return null;
  if (warning === 'full') return `${number.format(count)} messages wait to be sent, and that is all that can be kept. Nothing more is taken until some are through.`;
  return `${number.format(count)} of the ${number.format(limit)} messages that can be kept are waiting to be sent. ${number.format(limit - count)} more can be written.`;
}
