/** What happened to a ticket between the writing of a reply and its refusal, in words. Pure. */
import type { RefusalContext } from 'tabcached';
import { nameOf } from '../people/person-text.ts';
import { ticketStatus } from '../tickets/ticket-status.ts';

/** One or two sentences; `userId` is whoever wrote the reply. */
export function contextText(context: RefusalContext, userId: string): string {
  switch (context.kind) {
    case 'ticket-closed': {
      const then = context.statusIdThen === null ? '' : ` It was ${ticketStatus(context.statusIdThen).name.toLowerCase()} when you wrote this.`;
      return `The ticket was closed meanwhile.${then} Reopen it and retry, or discard the reply.`;
    }
    case 'reassigned': {
      const from = context.from === null ? 'nobody' : context.from.id === userId ? 'you' : nameOf(context.from);
      const to = context.to === null ? 'nobody' : context.to.id === userId ? 'you' : nameOf(context.to);
      return `The ticket went from ${from} to ${to} while this waited.`;
    }
    case 'access-lost':
      return 'You cannot see this ticket any more, so the reply cannot be sent. Copy what you need, then discard it.';
  }
}

/** What is said of a refusal: the server's words, and what happened meanwhile, once when that is the same. */
export function refusalLines(message: string | null, context: RefusalContext | null, userId: string): readonly string[] {
  const words = message || 'This message could not be sent.';
  if (!context) return [words];
  const happened = contextText(context, userId);
  return context.kind === 'ticket-closed' ? [happened] : [words, happened];
}
