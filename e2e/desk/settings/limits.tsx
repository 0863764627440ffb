/** How much of the disk messages and files may take: shown, and set by the person whose disk it is. */
import { useState, type ReactNode } from 'react';
import type { CacheUsage, Client } from 'tabcached';
import { ActionButton } from '../inspector/action-button.tsx';
import { bytesText } from './bytes-text.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { limitsText, megabytesOf, megabytesText } from './limits-text.ts';

/** See the file. */
export function Limits({ client, usage, onDone }: { readonly client: Client; readonly usage: CacheUsage; onDone(): void }): ReactNode {
  const { limits } = usage;
  const [typed, setTyped] = useState<{ readonly messages?: string; readonly files?: string }>({});
  const messages = typed.messages ?? megabytesText(limits.messageBudgetBytes);
  const files = typed.files ?? megabytesText(limits.budgetBytes);
  // A field that nobody touched stands for the limit to the byte.
  const messageBudgetBytes = typed.messages === undefined ? limits.messageBudgetBytes : megabytesOf(typed.messages);
  const budgetBytes = typed.files === undefined ? limits.budgetBytes : megabytesOf(typed.files);
  const chosen = messageBudgetBytes === null || budgetBytes === null ? null : { messageBudgetBytes, budgetBytes };
  const isChosen = limits.chosen.budgetBytes || limits.chosen.messageBudgetBytes;
  const set = async (change: Parameters<Client['cache']['setLimits']>[0]): Promise<void> => {
    await client.cache.setLimits(change);
    setTyped({});
    onDone();
  };
  return (
    <section className="panel" aria-labelledby="limits-title">
      <h2 id="limits-title">Limits</h2>
      <p className="panel__hint">
        {isChosen
          ? `Chosen in this browser. The desk’s own are ${bytesText(limits.defaults.messageBudgetBytes)} for messages and ${bytesText(limits.defaults.budgetBytes)} for files.`
          : 'Those of the desk. Room is made from nine tenths of a limit on, with what was not looked at for longest.'}
      </p>
      <div className="panel__form">
        <label className="labelled">
          Messages, MB
          <input type="number" min={1} step="any" inputMode="decimal" value={messages} onChange={(event) => setTyped({ ...typed, messages: event.target.value })} />
        </label>
        <label className="labelled">
          Files, MB
          <input type="number" min={1} step="any" inputMode="decimal" value={files} onChange={(event) => setTyped({ ...typed, files: event.target.value })} />
        </label>
        <ConfirmButton
          label="Set limits"
          title="Set limits"
          confirm="Set limits"
          disabled={chosen === null}
          ask={async () => (chosen ? limitsText(usage, chosen) : null)}
          // Only what was typed becomes a choice.
          act={async () => {
            if (chosen) await set({ ...(typed.messages === undefined ? {} : { messageBudgetBytes: chosen.messageBudgetBytes }), ...(typed.files === undefined ? {} : { budgetBytes: chosen.budgetBytes }) });
          }}
        />
      </div>
      {isChosen && <ActionButton name="Back to the desk’s limits" run={() => set({ messageBudgetBytes: null, budgetBytes: null }).then(() => 'done')} />}
    </section>
  );
}
