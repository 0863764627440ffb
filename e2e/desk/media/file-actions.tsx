/** Saving a file and keeping it. */
import type { ReactNode } from 'react';
import type { MediaView, MediaViewState } from 'tabcached';
import { Icon } from '../icons/icon.tsx';

/** See the file. */
export interface FileActionsProps {
  readonly state: MediaViewState;
  readonly file: MediaView | null;
  readonly filename: string;
}

/** See the file. A file is saved under its own name, which the browser makes safe for the disk. */
export const FileActions = ({ state: { url, pinned, ready }, file, filename }: FileActionsProps): ReactNode => (
  <span className="file-actions">
    {url !== null && (
      <a className="icon-button icon-button--small" href={url} download={filename} aria-label="Download" title="Save this file">
        <Icon name="download" />
      </a>
    )}
    {file && ready && (
      <button
        type="button"
        className="icon-button icon-button--small"
        aria-label="Keep offline"
        aria-pressed={pinned}
        title={pinned ? 'Kept offline: it is never removed to make room' : 'Keep offline'}
        // What it is afterwards is told by the state.
        onClick={() => void file.pin(!pinned).catch(() => undefined)}
      >
        <Icon name={pinned ? 'pinned' : 'pin'} />
      </button>
    )}
  </span>
);
