/** Downloading the messages of all chats: off unless asked for, with its size named first, and in sight while it goes on. */
import type { ReactNode } from 'react';
import type { Client, DownloadAllState } from 'tabcached';
import { bytesText } from './bytes-text.ts';
import { ConfirmButton } from './confirm-button.tsx';

const words: { readonly [Status in DownloadAllState['status']]: string } = {
  off: 'Off. Chats are loaded when they are opened.',
  running: 'Downloading, one chat at a time.',
  paused: 'Paused.',
  done: 'All chats are here.',
  limit: 'Stopped: the limit is reached.',
};

/** See the file. */
export function DownloadAll({ client, state, onDone }: { readonly client: Client; readonly state: DownloadAllState | null; onDone(): void }): ReactNode {
  if (!state) return null;
  const act = async (action: 'start' | 'pause' | 'resume' | 'cancel'): Promise<void> => {
    await client.cache.downloadAll(action);
    onDone();
  };
  const { status, chatsDone, chatsTotal, bytes, problem } = state;
  const underWay = status === 'running' || status === 'paused';
  return (
    <section className="panel" aria-labelledby="download-title">
      <h2 id="download-title">Download all chats</h2>
      <p className="panel__hint">{words[status]}</p>
      {(underWay || status === 'limit') && (
        <>
          <progress className="panel__progress" value={chatsDone} max={Math.max(1, chatsTotal)} aria-label="Chats downloaded" />
          <p className="panel__hint" role="status">
            {chatsDone} of {chatsTotal} chats, {bytesText(bytes)}
            {problem ? `. Not getting on: ${problem.message}; tried again by itself.` : ''}
          </p>
        </>
      )}
      <div className="panel__actions">
        {!underWay && (
          <ConfirmButton
            label="Download all chats"
            title="Download all chats"
            confirm="Download"
            disabled={status === 'done' && chatsDone === chatsTotal}
            ask={async () => {
              const plan = await client.cache.downloadAll('state');
              const left = plan.chatsTotal - plan.chatsDone;
              return left === 0 ? null : `${left} of ${plan.chatsTotal} chats are not complete: about ${bytesText(plan.estimatedBytes)} of messages. Files are not downloaded.`;
            }}
            act={() => act('start')}
          />
        )}
        {status === 'running' && <Action name="Pause" run={() => act('pause')} />}
        {status === 'paused' && <Action name="Resume" run={() => act('resume')} />}
        {underWay && <Action name="Cancel" run={() => act('cancel')} />}
      </div>
    </section>
  );
}

const Action = ({ name, run }: { readonly name: string; run(): Promise<void> }): ReactNode => (
  <button type="button" className="button" onClick={() => void run().catch(() => undefined)}>
    {name}
  </button>
);
