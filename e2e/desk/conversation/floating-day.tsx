/** The day of what is on screen, floating over it while somebody scrolls through the past. */
import type { ReactNode } from 'react';
import { dayText } from '../time/time-text.ts';

/** What is shown. */
export interface FloatingDayProps {
  /** Any moment of the day; null before anybody scrolled. */
  readonly dayMs: number | null;
  /** It fades when the scrolling stops. */
  readonly moving: boolean;
  readonly nowMs: number;
}

/** See the file. The same is said by the headings, so a screen reader is not told. */
export function FloatingDay({ dayMs, moving, nowMs }: FloatingDayProps): ReactNode {
  if (dayMs === null) return null;
  return (
    <div className="floating-day" data-moving={moving} aria-hidden="true">
      {dayText(dayMs, nowMs)}
    </div>
  );
}
