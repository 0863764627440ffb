/** The state of a chat's synchronisation. */
import type { ReactNode } from 'react';
import type { ChatMeta, ChatView } from 'tabcached';
import { Icon } from '../icons/icon.tsx';
import { syncText } from './sync-text.ts';

/** See the file. */
export function SyncIndicator({ meta, view }: { readonly meta: ChatMeta | null; readonly view: ChatView | null }): ReactNode {
  const { tone, text, progress, retry } = syncText(meta);
  return (
    <div className="sync" data-tone={tone} data-state={meta?.state}>
      {progress && <progress className="sync__bar" aria-label="Messages loaded" value={progress.held} max={progress.total} />}
      <span className="sync__text" title={text}>
        {text}
      </span>
      {retry && view && (
        <button
          type="button"
          className="icon-button icon-button--small"
          aria-label="Synchronise now"
          title="Synchronise now"
          // The outcome is what the indicator shows next.
          onClick={() => void view.sync().catch(() => undefined)}
        >
          <Icon name="refresh" />
        </button>
      )}
    </div>
  );
}
