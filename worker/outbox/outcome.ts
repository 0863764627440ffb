/**
 * What an attempt's error means for its operation.
 *
 * Owns: the classification of SPEC.md, chapter 9. Pure. Does not know lanes or timers.
 */
import type { TabcachedError } from '../../protocol/errors.ts';

/**
 * - `confirmed`: the server has it already.
 * - `wait-link`, `wait-token`: pause until the link or a token is back; no attempt is counted.
 * - `wait-all`: the server asked every lane to pause; no attempt is counted.
 * - `retry`: transient; counted.
 * - `failed`: the server refuses it for good: a person decides.
 */
export type Outcome = 'confirmed' | 'wait-link' | 'wait-token' | 'wait-all' | 'retry' | 'failed';

/** Classifies the error of an attempt. */
export function outcomeOf(error: TabcachedError): Outcome {
  switch (error.code) {
    case 'DUPLICATE':
      return 'confirmed';
    case 'OFFLINE':
    case 'CANCELLED':
    case 'CLOSED':
      return 'wait-link';
    case 'UNAUTHORIZED':
    case 'USER_MISMATCH':
      return 'wait-token';
    case 'RATE_LIMITED':
      return 'wait-all';
    case 'FORBIDDEN':
    case 'NOT_FOUND':
    case 'TICKET_CLOSED':
    case 'REJECTED':
    case 'INVALID':
    case 'CURSOR_EXPIRED':
      return 'failed';
    default:
      return 'retry';
  }
}

/** May the server have stored the message although the attempt failed? */
export const leavesUnknown = (error: TabcachedError): boolean =>
  error.code === 'OFFLINE' || error.code === 'TIMEOUT' || error.code === 'SERVER_FAILED' || error.code === 'CANCELLED' || error.code === 'INTERNAL';
