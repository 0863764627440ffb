/** Everything that waits to be sent, across all chats: opened from the bar or with `o`. */
import { useMemo, useRef, useState, type ReactNode } from 'react';
import type { OutboxState } from 'tabcached';
import { useTickets } from 'tabcached/react';
import { Icon } from '../icons/icon.tsx';
import { useShortcut } from '../keyboard/use-shortcut.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import { useSeconds } from '../time/use-seconds.ts';
import { countMessages, urgentFirst } from './lanes.ts';
import { OutboxLane } from './outbox-lane.tsx';
import { capacityText, messagesText, pauseText } from './outbox-text.ts';

/** The button, which is there while something waits, and the drawer that it opens. */
export function OutboxDrawer({ outbox }: { readonly outbox: OutboxState }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const show = (): void => {
    setOpen(true);
    if (!dialog.current?.open) dialog.current?.showModal();
  };
  useShortcut('o', show);
  const { all, failed } = countMessages(outbox.lanes);
  const waiting = all - failed;
  const label = [failed > 0 ? `${messagesText(failed)} not sent` : null, waiting > 0 ? `${messagesText(waiting)} waiting` : null].filter(Boolean).join(', ');
  return (
    <>
      {all > 0 && (
        <button type="button" className="outbox-button" data-tone={failed > 0 ? 'attention' : 'calm'} aria-label={`Outbox: ${label}`} title={`${label} (o)`} onClick={show}>
          <Icon name={failed > 0 ? 'alert' : 'clock'} />
          {failed > 0 ? failed : waiting} <span className="outbox-button__word">{failed > 0 ? 'not sent' : 'waiting'}</span>
        </button>
      )}
      <dialog ref={dialog} className="drawer" aria-labelledby="outbox-title" onClose={() => setOpen(false)}>
        {open && <Contents outbox={outbox} failed={failed} close={() => dialog.current?.close()} />}
      </dialog>
    </>
  );
}

function Contents({ outbox, failed, close }: { readonly outbox: OutboxState; readonly failed: number; close(): void }): ReactNode {
  const { client } = useOpenDesk();
  const { tickets } = useTickets(client);
  const { paused } = outbox;
  const lanes = useMemo(() => urgentFirst(outbox.lanes), [outbox.lanes]);
  const subjects = useMemo(() => new Map(tickets.map(({ id, subject }) => [id, subject])), [tickets]);
  const nowMs = useSeconds(lanes.length > 0);
  const [refusal, setRefusal] = useState<string | null>(null);
  const capacity = capacityText(outbox);
  const retryAll = (): void => {
    setRefusal(null);
    client.outbox.retryAll().catch((thrown: unknown) => setRefusal(thrown instanceof Error ? thrown.message : String(thrown)));
  };
  return (
    <div className="drawer__body">
      <header className="drawer__head">
        <h2 id="outbox-title">Waiting to be sent</h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {lanes.length === 0 ? (
        <div className="drawer__empty">
          <Icon name="check" />
          <p>Everything is sent.</p>
        </div>
      ) : (
        <>
          <div className="drawer__facts">
            <p>
              {messagesText(countMessages(lanes).all)} in {lanes.length === 1 ? '1 conversation' : `${lanes.length} conversations`}.{paused && ` ${pauseText(paused, nowMs)}`}
            </p>
            {failed > 0 && (
              <button type="button" className="button button--small" onClick={retryAll}>
                <Icon name="refresh" />
                Retry all
              </button>
            )}
          </div>
          {capacity !== null && <p className="drawer__warning">{capacity}</p>}
          {refusal !== null && (
            <p className="refusal" role="alert">
              {refusal}
            </p>
          )}
          <div className="drawer__lanes">
            {lanes.map((lane) => (
              <OutboxLane key={lane.requestId} lane={lane} paused={paused} subject={subjects.get(lane.requestId) ?? null} nowMs={nowMs} onOpen={close} />
            ))}
          </div>
        </>
      )}
    </div>
  );
}
