/** A file that is no picture: a card with its name, and the way to save it. */
import { useRef, useState, type ReactNode } from 'react';
import { useMedia } from 'tabcached/react';
import { Icon } from '../icons/icon.tsx';
import { useOpenDesk } from '../session/desk-context.ts';
import { kindText, shortName, sizeText, type Attachment } from './attachment.ts';
import { FileActions } from './file-actions.tsx';
import { failureText, waitText } from './media-text.ts';
import { ProgressRing } from './progress-ring.tsx';
import { useInView } from './use-in-view.ts';

/** Larger files, and those of unknown size, are fetched when somebody asks. */
const FETCH_UNASKED_BYTES = 2_000_000;

/** See the file. */
export function FileCard({ attachment }: { readonly attachment: Attachment }): ReactNode {
  const { client } = useOpenDesk();
  const { requestId, messageId, filename, fileSize, mimeType } = attachment;
  const card = useRef<HTMLDivElement>(null);
  const view = useInView(card);
  const [asked, setAsked] = useState(false);
  const wanted = asked || (view.ever && fileSize !== null && fileSize <= FETCH_UNASKED_BYTES);
  const { state, file } = useMedia(client, requestId, wanted ? filename : null, { messageId, fileSize, mimeType, priority: asked ? 'normal' : 'low', onScreen: view.now });
  const failure = failureText(state);
  const size = state.fileSize ?? fileSize;
  const facts = [kindText(filename), size === null ? null : sizeText(size), wanted ? waitText(state) : null].filter(Boolean).join(' · ');

  return (
    <div ref={card} className="file-card" role="group" aria-label={`File ${shortName(filename)}`} data-media-status={wanted ? state.status : 'idle'} data-media-name={filename}>
      {wanted && state.status !== 'completed' && failure === null ? <ProgressRing progress={state.status === 'downloading' ? state.progress : null} /> : <Icon name={failure === null ? 'file' : 'alert'} />}
      <div className="file-card__text">
        <p className="file-card__name" title={filename}>
          {shortName(filename)}
        </p>
        <p className="file-card__facts" role={failure === null ? undefined : 'alert'}>
          {failure ?? facts}
        </p>
      </div>
      {failure !== null && file && (
        <button type="button" className="button button--small" onClick={() => void file.retry().catch(() => undefined)}>
          Retry
        </button>
      )}
      {!wanted && (
        <button type="button" className="button button--small" onClick={() => setAsked(true)}>
          Load
        </button>
      )}
      <FileActions state={state} file={file} filename={filename} />
    </div>
  );
}
