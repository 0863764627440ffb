/** Why a message was not taken, in words for the person who wrote it. Pure. */
import { TabcachedError, type ErrorCode } from 'tabcached';

const texts: Partial<Record<ErrorCode, string>> = {
  TIMEOUT: 'No answer in time. Your text is still here; sending it again is safe.',
  DAEMON_LOST: 'The connection was interrupted. Your text is still here; sending it again is safe.',
  HOST_UNAVAILABLE: 'Nothing can be sent from this tab at the moment. Your text is still here; try again later.',
  CLOSED: 'This desk was closed. Reload the page; your text is still here.',
  OUTBOX_FULL: 'Too many messages are waiting to be sent. Your text is still here; try again when some are through.',
  STORAGE_FAILED: 'The browser could not store the message. Your text is still here.',
};

/** Words for what `send` rejected with. */
export function refusalText(thrown: unknown): string {
  if (thrown instanceof TabcachedError) return texts[thrown.code] ?? thrown.message;
  return thrown instanceof Error ? thrown.message : String(thrown);
}
