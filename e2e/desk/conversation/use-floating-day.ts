/** Which day the scrolled conversation shows. */
import { useCallback, useState } from 'react';
import { dayKey } from '../time/time-text.ts';
import type { Row } from './rows.ts';

/** The day on screen, and how it is kept. */
export interface ShownDay {
  readonly dayMs: number | null;
  readonly moving: boolean;
  /** The list was scrolled; `first` is the first row on screen. */
  noteScroll(first: Row | undefined): void;
  noteScrollEnd(): void;
}

/** Renders again only when the day changes, or scrolling begins or ends. */
export function useFloatingDay(): ShownDay {
  const [dayMs, setDayMs] = useState<number | null>(null);
  const [moving, setMoving] = useState(false);
  return {
    dayMs,
    moving,
    noteScroll: useCallback((first: Row | undefined) => {
      if (first?.type !== 'message') return;
      setDayMs(Number(dayKey(first.atMs)));
      setMoving(true);
    }, []),
    noteScrollEnd: useCallback(() => setMoving(false), []),
  };
}
