/** What a person decides about messages that are not confirmed, as calls. Owns the checks that need no daemon. */
import { TabcachedError } from '../protocol/errors.ts';
import { CONTENT_MAX, CONTENT_MIN } from '../protocol/limits.ts';
import type { Call } from './calls.ts';
import type { Outbox } from './api/outbox.ts';

/** Throws `INVALID` for a text that is no message. */
export const requireContent = (content: string): void => {
  if (content.length >= CONTENT_MIN && content.length <= CONTENT_MAX) return;
  throw new TabcachedError('INVALID', `A message has ${CONTENT_MIN} to ${CONTENT_MAX} characters; this one has ${content.length}.`);
};

/** The acting half of the outbox; a chat view has most of it too. */
export function outboxActions(call: Call): Pick<Outbox, 'retry' | 'retryAll' | 'edit' | 'discard'> {
  return {
    retry: async (operationId) => void (await call('retry', { operationId })),
    retryAll: async () => void (await call('retryAll', {})),
    edit: async (operationId, content) => {
      requireContent(content);
      await call('edit', { operationId, content });
    },
    discard: async (operationId) => void (await call('discard', { operationId })),
  };
}
