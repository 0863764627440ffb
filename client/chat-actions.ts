/** What a person does in a chat, as calls. Owns the checks that need no daemon. Does not know what is shown. */
import type { Call } from './calls.ts';
import type { ChatView } from './api/chat.ts';
import type { NewestCall } from './newest-call.ts';
import { outboxActions, requireContent } from './outbox-actions.ts';

/** The acting half of a chat view. `lastRead` gives the read marker as last heard, 0 when unknown; `draft` saves what is typed. */
export function chatActions(
  call: Call,
  requestId: string,
  uuid: () => string,
  lastRead: () => number,
  draft: NewestCall<string>,
): Pick<ChatView, 'send' | 'retry' | 'edit' | 'discard' | 'markRead' | 'saveDraft' | 'sync' | 'verify'> {
  const { retry, edit, discard } = outboxActions(call);
  /** Messages that were not accepted, as far as is known here. */
  const doubtful = new Set<string>();
  return {
    // The call is posted before `send` returns, so that a tab closed right after has sent it.
    send: async (message) => {
      const outgoing = typeof message === 'string' ? { content: message } : message;
      const { clientTempId = uuid(), isScreenshot = false, screenshotFileName = null, keepDraft = isScreenshot } = outgoing;
      // An image without text is sent with its file name as content.
      const content = outgoing.content === '' && isScreenshot ? (screenshotFileName ?? '') : outgoing.content;
      requireContent(content);
      // What was typed before is told before, so that it goes with the message.
      draft.flush();
      const sent = call('send', { requestId, clientTempId, content, isScreenshot, screenshotFileName, keepDraft, again: doubtful.has(clientTempId) });
      sent.catch(() => doubtful.add(clientTempId));
      return sent;
    },
    retry,
    edit,
    discard,
    markRead: async (upToSequence) => {
      if (upToSequence > lastRead()) await call('markRead', { requestId, upToSequence });
    },
    saveDraft: draft.set,
    verify: () => call('verifyChat', { requestId }),
    sync: async () => void (await call('syncChat', { requestId })),
  };
}
