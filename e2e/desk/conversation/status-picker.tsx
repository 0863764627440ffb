/** A ticket's status; technicians change it. */
import { useState, type ReactNode } from 'react';
import type { CachedTicket } from 'tabcached';
import { changeStatus } from '../api/api.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import { TICKET_STATUSES, ticketStatus } from '../tickets/ticket-status.ts';

/** See the file. */
export function StatusPicker({ ticket }: { readonly ticket: CachedTicket }): ReactNode {
  const { me, tokens } = useOpenDesk();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const status = ticketStatus(ticket.statusId);
  if (!me?.isTechnician) {
    return (
      <span className="status" data-tone={status.tone}>
        {status.name}
      </span>
    );
  }
  const options = TICKET_STATUSES.includes(status) ? TICKET_STATUSES : [...TICKET_STATUSES, status];
  const change = async (statusId: number): Promise<void> => {
    setBusy(true);
    setRefusal(null);
    try {
      await changeStatus(tokens.current(), ticket.id, statusId);
    } catch (thrown) {
      setRefusal(thrown instanceof Error ? thrown.message : String(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <span className="status status--pick" data-tone={status.tone}>
        <select
          aria-label="Status of the ticket"
          value={status.id}
          disabled={busy}
          onChange={(event) => void change(Number(event.target.value))}
        >
          {options.map((option) => (
            <option key={option.id} value={option.id}>
              {option.name}
            </option>
          ))}
        </select>
      </span>
      {refusal !== null && (
        <span className="refusal" role="alert">
          {refusal}
        </span>
      )}
    </>
  );
}
