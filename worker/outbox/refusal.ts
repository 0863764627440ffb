/**
 * What happened to a ticket between the writing of a reply and its refusal.
 *
 * Owns: the comparison. Pure. Derived whenever somebody looks, because the news of the ticket may come after the refusal.
 */
import type { CachedTicket, OfflineOperation, RefusalContext } from '../../protocol/index.ts';

/** Explains a refusal by the ticket as the list has it now; null when it does not explain it. */
export function refusalContext({ status, _errorCode: code, _ticket: then }: OfflineOperation, ticket: CachedTicket | undefined): RefusalContext | null {
  if (status !== 'failed') return null;
  const at = ticket?.updatedAt ?? null;
  if (code === 'TICKET_CLOSED') return { kind: 'ticket-closed', statusId: ticket?.statusId ?? null, statusIdThen: then?.statusId ?? null, at };
  const isDenied = code === 'FORBIDDEN' || code === 'NOT_FOUND';
  if (!then || !(isDenied || code === 'REJECTED')) return null;
  if (!ticket) return isDenied ? { kind: 'access-lost' } : null;
  return then.technicianId === ticket.technicianId ? null : { kind: 'reassigned', from: then.technician, to: ticket.technician, at };
}
