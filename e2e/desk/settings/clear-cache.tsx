/** Clearing all chats, or those that were last opened in a range of days. */
import { useState, type ReactNode } from 'react';
import type { Client } from 'tabcached';
import { clearText } from './clear-text.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { dayRange } from './day-range.ts';

/** See the file. */
export function ClearCache({ client, onDone }: { readonly client: Client; onDone(): void }): ReactNode {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const range = dayRange(from, to);
  return (
    <section className="panel" aria-labelledby="clear-title">
      <h2 id="clear-title">Clear</h2>
      <p className="panel__hint">Messages that were not sent yet, and drafts, are never cleared.</p>
      <div className="panel__form">
        <label className="labelled">
          Last opened from
          <input type="date" value={from} max={to || undefined} onChange={(event) => setFrom(event.target.value)} />
        </label>
        <label className="labelled">
          to
          <input type="date" value={to} min={from || undefined} onChange={(event) => setTo(event.target.value)} />
        </label>
        <ConfirmButton
          label="Clear these days"
          title="Clear by date"
          confirm="Clear"
          disabled={range === null}
          ask={async () => clearText(await client.cache.preview(range ?? {}))}
          act={async () => {
            await client.cache.clear(range ?? {});
            onDone();
          }}
        />
      </div>
      <ConfirmButton
        label="Clear everything"
        title="Clear everything"
        confirm="Clear everything"
        ask={async () => clearText(await client.cache.preview())}
        act={async () => {
          await client.cache.clear();
          onDone();
        }}
      />
    </section>
  );
}
