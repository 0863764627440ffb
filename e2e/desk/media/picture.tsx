/** A picture in the conversation: its thumbnail first, how far it has come, and what to do when it does not. */
import { useRef, type ReactNode } from 'react';
import { useMedia } from 'tabcached/react';
import { Icon } from '../icons/icon.tsx';
import { useOpenDesk } from '../session/desk-context.ts';
import { shortName, type Attachment } from './attachment.ts';
import { FileActions } from './file-actions.tsx';
import { failureText, waitText } from './media-text.ts';
import { ProgressRing } from './progress-ring.tsx';
import { useInView } from './use-in-view.ts';
import { useOpenViewer } from './viewer-context.ts';

/** See the file. It has its final size from the start: what is being read does not move when it arrives. */
export function Picture({ attachment }: { readonly attachment: Attachment }): ReactNode {
  const { client } = useOpenDesk();
  const openViewer = useOpenViewer();
  const { requestId, messageId, filename, fileSize, mimeType } = attachment;
  const frame = useRef<HTMLElement>(null);
  const view = useInView(frame);
  const { state, file } = useMedia(client, requestId, view.ever ? filename : null, { messageId, fileSize, mimeType, onScreen: view.now });
  const failure = failureText(state);
  const source = state.thumbnailUrl ?? (state.mimeType.startsWith('image/') ? state.url : null);
  const unshowable = state.status === 'completed' && source === null && state.url !== null;
  const name = shortName(filename);

  return (
    <figure ref={frame} className="picture" data-media-status={state.status} data-media-name={filename}>
      <button type="button" className="picture__open" aria-label={`Open picture ${name}`} disabled={source === null} onClick={() => openViewer(messageId)}>
        {source !== null && <img src={source} alt={name} draggable={false} decoding="async" />}
      </button>
      {state.status !== 'completed' && failure === null && (
        <span className="picture__wait">
          <ProgressRing progress={state.status === 'downloading' ? state.progress : null} />
          <span className="picture__note">{state.status === 'downloading' ? `${state.progress} %` : waitText(state)}</span>
        </span>
      )}
      {(failure !== null || unshowable) && (
        <span className="picture__wait" role="alert">
          <Icon name="alert" />
          <span className="picture__note">{failure ?? 'This is not a picture that can be shown.'}</span>
          {failure !== null && file && (
            <button type="button" className="button button--small" onClick={() => void file.retry().catch(() => undefined)}>
              Retry
            </button>
          )}
        </span>
      )}
      <figcaption className="picture__bar">
        <span className="picture__name">{name}</span>
        <FileActions state={state} file={file} filename={filename} />
      </figcaption>
    </figure>
  );
}
