/** Tells the daemon how far the conversation has been read: by somebody who looks, down to the last row on screen. */
import { useCallback, useEffect, useRef } from 'react';
import type { ChatView } from 'tabcached';
import { seenSequence } from './read-marker.ts';
import type { Row } from './rows.ts';

/** What is told at most this often. */
const TELL_EVERY_MS = 300;

/** What the marker depends on. */
export interface ReadMarkerSetup {
  readonly view: ChatView | null;
  readonly rows: readonly Row[];
  readonly attended: boolean;
  readonly markedUpTo: number;
  /** Index of the last row on screen, -1 for none. */
  lastSeenIndex(): number;
}

/** Returns what to call when the conversation was scrolled or has another size. */
export function useReadMarker(setup: ReadMarkerSetup): () => void {
  const latest = useRef(setup);
  const timer = useRef<number | null>(null);
  const told = useRef(0);

  const look = useCallback(() => {
    if (timer.current !== null || !latest.current.attended) return;
    timer.current = window.setTimeout(() => {
      timer.current = null;
      const { view, rows, attended, markedUpTo, lastSeenIndex } = latest.current;
      if (!view || !attended) return;
      const sequence = seenSequence(rows, lastSeenIndex(), markedUpTo);
      if (sequence === null || sequence <= told.current) return;
      told.current = sequence;
      // A mark that could not be told is told with the next one.
      view.markRead(sequence).catch(() => undefined);
    }, TELL_EVERY_MS);
  }, []);

  useEffect(() => {
    latest.current = setup;
    look();
  });
  useEffect(
    () => () => {
      if (timer.current !== null) window.clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
  return look;
}
