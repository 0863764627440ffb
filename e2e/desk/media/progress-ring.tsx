/** How far a download has come, as a ring. */
import type { ReactNode } from 'react';

const RADIUS = 15;
const AROUND = 2 * Math.PI * RADIUS;

/** See the file. `progress` in whole per cent; null while it waits. */
export const ProgressRing = ({ progress }: { readonly progress: number | null }): ReactNode => (
  <svg className="ring" viewBox="0 0 36 36" role="progressbar" aria-label="Download" aria-valuemin={0} aria-valuemax={100} {...(progress === null ? {} : { 'aria-valuenow': progress })}>
    <circle className="ring__track" cx="18" cy="18" r={RADIUS} />
    <circle className="ring__done" cx="18" cy="18" r={RADIUS} strokeDasharray={AROUND} strokeDashoffset={AROUND * (1 - (progress ?? 4) / 100)} data-waits={progress === null} />
  </svg>
);
