/** What a file shows before the daemon has answered: without a client, on a server. */
import type { MediaViewState } from './api/media.ts';

/** See the file. */
export const NO_MEDIA: MediaViewState = {
  ready: false,
  status: 'queued',
  progress: 0,
  thumbnail: false,
  mimeType: 'application/octet-stream',
  fileSize: null,
  pinned: false,
  passedThrough: false,
  error: null,
  url: null,
  thumbnailUrl: null,
};
