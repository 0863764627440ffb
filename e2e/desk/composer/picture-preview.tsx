/** The picture that goes with the reply. */
import type { ReactNode } from 'react';
import { Icon } from '../icons/icon.tsx';
import { shortName, sizeText } from '../media/attachment.ts';
import type { ShelvedPicture } from './picture-shelf.ts';

/** See the file. */
export interface PicturePreviewProps {
  readonly picture: ShelvedPicture;
  readonly sending: boolean;
  readonly offline: boolean;
  onRemove(): void;
}

/** See the file. */
export const PicturePreview = ({ picture: { file, url }, sending, offline, onRemove }: PicturePreviewProps): ReactNode => (
  <div className="preview" role="group" aria-label="Picture to send">
    <img src={url} alt="" />
    <div className="preview__text">
      <p className="preview__name">{shortName(file.name || 'Picture')}</p>
      <p className="preview__facts" role={offline ? 'status' : undefined}>
        {offline ? 'No connection: it stays here until you send it, or reload the page' : sending ? 'Uploading…' : `${sizeText(file.size)}, not kept over a reload`}
      </p>
    </div>
    {sending ? (
      <span className="spinner" aria-hidden="true" />
    ) : (
      <button type="button" className="icon-button icon-button--small" aria-label="Remove the picture" title="Remove" onClick={onRemove}>
        <Icon name="close" />
      </button>
    )}
  </div>
);
