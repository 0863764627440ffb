/** The state of a file in words. Pure. */
import type { ErrorCode, MediaViewState } from 'tabcached';

/** Why a file is not shown, for a person; null while it is on its way or there. */
export function failureText({ status, error }: Pick<MediaViewState, 'status' | 'error'>): string | null {
  if (status !== 'failed') return null;
  switch (error?.code) {
    case 'NOT_FOUND':
      return 'The server does not have this file any more.';
    case 'FORBIDDEN':
      return 'This file is not yours to see.';
    case 'CANCELLED':
      return 'The download was stopped.';
    case 'CORRUPT' as ErrorCode:
      return 'What came was not this file, so it is not shown.';
    case 'OFFLINE':
    case 'TIMEOUT':
      return 'The server cannot be reached.';
    default:
      return error?.message || 'The file could not be loaded.';
  }
}

/** What a file that is not there waits for; null when it does not wait. */
export function waitText({ ready, status, error }: Pick<MediaViewState, 'ready' | 'status' | 'error'>): string | null {
  if (status !== 'queued') return null;
  if (!ready || !error) return 'Waiting';
  return error.code === 'OFFLINE' ? 'Waits for the connection' : 'Trying again soon';
}
