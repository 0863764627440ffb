/** One picture as large as the window: arrow keys go to the others of the conversation, + and - zoom, 0 fits, Escape closes. */
import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from 'react';
import { useMedia } from 'tabcached/react';
import { Icon } from '../icons/icon.tsx';
import { useOpenDesk } from '../session/desk-context.ts';
import { shortName, sizeText, type Attachment } from './attachment.ts';
import { FileActions } from './file-actions.tsx';
import { failureText } from './media-text.ts';
import { ProgressRing } from './progress-ring.tsx';
import { stepZoom, zoomText, type Zoom } from './zoom.ts';

/** See the file. `pictures` of the conversation, oldest first; `shown` is the id of the message whose picture is shown. */
export interface ViewerProps {
  readonly pictures: readonly Attachment[];
  readonly shown: string;
  onShow(messageId: string): void;
  onClose(): void;
}

/** See the file. */
export function Viewer({ pictures, shown, onShow, onClose }: ViewerProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const index = pictures.findIndex(({ messageId }) => messageId === shown);
  const picture = pictures[index];
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  // The message may be deleted while its picture is shown.
  useEffect(() => {
    if (!picture) onClose();
  }, [picture, onClose]);
  const [before, after] = [pictures[index - 1], pictures[index + 1]];
  return (
    <dialog ref={dialog} className="viewer" aria-label="Picture" onClose={onClose}>
      {picture && (
        <Frame
          key={picture.messageId}
          picture={picture}
          position={`${index + 1} of ${pictures.length}`}
          {...(before ? { onBefore: () => onShow(before.messageId) } : {})}
          {...(after ? { onAfter: () => onShow(after.messageId) } : {})}
          close={() => dialog.current?.close()}
        />
      )}
    </dialog>
  );
}

interface FrameProps {
  readonly picture: Attachment;
  readonly position: string;
  readonly onBefore?: () => void;
  readonly onAfter?: () => void;
  close(): void;
}

function Frame({ picture, position, onBefore, onAfter, close }: FrameProps): ReactNode {
  const { client } = useOpenDesk();
  const { requestId, messageId, filename, fileSize, mimeType } = picture;
  const { state, file } = useMedia(client, requestId, filename, { messageId, fileSize, mimeType, priority: 'high' });
  const image = useRef<HTMLImageElement>(null);
  const [zoom, setZoom] = useState<Zoom>('fit');
  const source = state.url ?? state.thumbnailUrl;
  const failure = failureText(state);
  const step = (direction: 1 | -1): void => {
    const { width, naturalWidth } = image.current ?? { width: 0, naturalWidth: 0 };
    setZoom((now) => stepZoom(now, naturalWidth > 0 ? width / naturalWidth : 1, direction));
  };

  const onKeyDown = useEffectEvent((event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const actions: Readonly<Record<string, (() => void) | undefined>> = {
      // Once zoomed in, arrow keys move over the picture.
      ArrowLeft: zoom === 'fit' ? onBefore : undefined,
      ArrowRight: zoom === 'fit' ? onAfter : undefined,
      '+': () => step(1),
      '=': () => step(1),
      '-': () => step(-1),
      '0': () => setZoom('fit'),
      '1': () => setZoom(1),
      // Whatever else of the desk listens to this key.
      Escape: close,
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKeyDown(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
  useEffect(() => {
    // The size of a picture at a zoom is a number of pixels, which a style sheet cannot know.
    const element = image.current;
    if (element) element.style.width = zoom === 'fit' ? '' : `${element.naturalWidth * zoom}px`;
  }, [zoom, source]);

  return (
    <>
      <header className="viewer__bar">
        <p className="viewer__name">
          {shortName(filename, 80)}
          <span className="viewer__facts">
            {position}
            {state.fileSize !== null && ` · ${sizeText(state.fileSize)}`}
          </span>
        </p>
        <span className="viewer__tools">
          <button type="button" className="icon-button" aria-label="Zoom out" title="Zoom out (-)" onClick={() => step(-1)}>
            <Icon name="minus" />
          </button>
          <button type="button" className="viewer__zoom" title="Fit (0)" aria-label={`Zoom: ${zoomText(zoom)}. Fit`} onClick={() => setZoom('fit')}>
            {zoomText(zoom)}
          </button>
          <button type="button" className="icon-button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => step(1)}>
            <Icon name="plus" />
          </button>
          <FileActions state={state} file={file} filename={filename} />
          <button type="button" className="icon-button" aria-label="Close" title="Close (Esc)" onClick={close}>
            <Icon name="close" />
          </button>
        </span>
      </header>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- whoever zoomed in scrolls with the keyboard */}
      <div className="viewer__stage" data-zoomed={zoom !== 'fit'} tabIndex={0}>
        {source !== null && <img ref={image} src={source} alt={shortName(filename)} data-whole={state.url !== null} />}
        {failure !== null ? (
          <div className="viewer__note" role="alert">
            {failure}
            {file && (
              <button type="button" className="button" onClick={() => void file.retry().catch(() => undefined)}>
                Retry
              </button>
            )}
          </div>
        ) : (
          state.url === null && (
            <div className="viewer__note">
              <ProgressRing progress={state.status === 'downloading' ? state.progress : null} />
            </div>
          )
        )}
      </div>
      {onBefore && (
        <button type="button" className="viewer__move viewer__move--before" aria-label="Previous picture" onClick={onBefore}>
          <Icon name="back" />
        </button>
      )}
      {onAfter && (
        <button type="button" className="viewer__move viewer__move--after" aria-label="Next picture" onClick={onAfter}>
          <Icon name="back" />
        </button>
      )}
    </>
  );
}
