/** What a person does in a chat, as calls. Owns the checks that need no daemon. Does not know what is shown. */
import { TabcachedError } from '../protocol/errors.ts';
import { CONTENT_MAX, CONTENT_MIN } from '../protocol/limits.ts';
import type { Call } from './calls.ts';
import type { ChatView } from './client.ts';

const requireContent = (content: string): void => {
  if (content.length >= CONTENT_MIN && content.length <= CONTENT_MAX) return;
  throw new TabcachedError('INVALID', `A message has ${CONTENT_MIN} to ${CONTENT_MAX} characters; this one has ${content.length}.`);
};

/** The acting half of a chat view. `lastRead` gives the read marker as last heard, 0 when unknown. */
export function chatActions(
  call: Call,
  requestId: string,
  uuid: () => string,
  lastRead: () => number,
): Pick<ChatView, 'send' | 'retry' | 'edit' | 'discard' | 'markRead' | 'saveDraft' | 'sync' | 'verify'> {
  return {
    // The call is posted before `send` returns, so that a tab closed right after has sent it.
    send: async (message) => {
      const outgoing = typeof message === 'string' ? { content: message } : message;
      const { clientTempId = uuid(), isScreenshot = false, screenshotFileName = null } = outgoing;
      // An image without text is sent with its file name as content (DESIGN.md, section 10, item 9).
      const content = outgoing.content === '' && isScreenshot ? (screenshotFileName ?? '') : outgoing.content;
      requireContent(content);
      return call('send', { requestId, clientTempId, content, isScreenshot, screenshotFileName });
    },
    retry: async (operationId) => void (await call('retry', { operationId })),
    edit: async (operationId, content) => {
      requireContent(content);
      await call('edit', { operationId, content });
    },
    discard: async (operationId) => void (await call('discard', { operationId })),
    markRead: async (upToSequence) => {
      if (upToSequence > lastRead()) await call('markRead', { requestId, upToSequence });
    },
    saveDraft: async (text) => void (await call('saveDraft', { requestId, text })),
    verify: () => call('verifyChat', { requestId }),
    sync: async () => void (await call('syncChat', { requestId })),
  };
}
