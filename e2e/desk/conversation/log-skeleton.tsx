/** Where messages will be, while none are there. Appears only when that takes a moment. */
import type { ReactNode } from 'react';

/** See the file. */
export const LogSkeleton = (): ReactNode => (
  <div className="skeleton skeleton--log" aria-hidden="true">
    {Array.from({ length: 6 }, (_, index) => (
      <div key={index} className="skeleton__bubble" />
    ))}
  </div>
);
