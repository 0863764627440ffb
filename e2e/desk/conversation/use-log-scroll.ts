/**
 * How the conversation scrolls.
 *
 * Owns: staying at the end while somebody is there, and what is being read otherwise. Does not know what the rows say.
 */
import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Keyed } from './stage-rows.ts';

/** This close to the end counts as being there, in CSS pixels. */
const END_SLACK_PX = 32;

/** Scrolling of one conversation. */
export interface LogScroll {
  readonly virtual: RefObject<VirtualizerHandle | null>;
  /** Somebody is at the end, and stays there when messages arrive. */
  readonly atEnd: boolean;
  /** Key of the first row that is fully on screen, or null. */
  anchor(): string | null;
  firstSeenIndex(): number;
  lastSeenIndex(): number;
  /** Call after the list has been scrolled. */
  noteScroll(): void;
  /** Call after rows or viewport got another size. */
  noteResize(): void;
  /** Goes to the end and stays there. */
  toEnd(): void;
}

/** Scrolling for the rows that are rendered; they are told with `useFollowEnd`. */
export function useLogScroll(): LogScroll & { readonly shown: RefObject<readonly Keyed[]> } {
  const virtual = useRef<VirtualizerHandle>(null);
  const shown = useRef<readonly Keyed[]>([]);
  const sticks = useRef(true);
  const offset = useRef(0);
  const [atEnd, setAtEnd] = useState(true);

  const stick = useCallback((value: boolean) => {
    sticks.current = value;
    setAtEnd(value);
  }, []);

  const follow = useCallback(() => {
    const last = shown.current.length - 1;
    if (sticks.current && last >= 0) virtual.current?.scrollToIndex(last, { align: 'end' });
  }, []);

  return {
    virtual,
    shown,
    atEnd,
    anchor: useCallback(() => {
      const handle = virtual.current;
      if (!handle || shown.current.length === 0) return null;
      const first = handle.findItemIndex(handle.scrollOffset);
      const whole = handle.getItemOffset(first) >= handle.scrollOffset ? first : first + 1;
      return shown.current[Math.min(whole, shown.current.length - 1)]?.key ?? null;
    }, []),
    firstSeenIndex: useCallback(() => virtual.current?.findItemIndex(virtual.current.scrollOffset) ?? -1, []),
    lastSeenIndex: useCallback(() => {
      const handle = virtual.current;
      if (!handle || handle.viewportSize === 0) return -1;
      return sticks.current ? shown.current.length - 1 : handle.findItemIndex(handle.scrollOffset + handle.viewportSize - 1);
    }, []),
    noteScroll: useCallback(() => {
      const handle = virtual.current;
      if (!handle) return;
      const toGo = handle.scrollSize - handle.viewportSize - handle.scrollOffset;
      // Rows that grow push the end away without anybody leaving it: only going up leaves.
      if (toGo <= END_SLACK_PX) stick(true);
      else if (handle.scrollOffset < offset.current) stick(false);
      offset.current = handle.scrollOffset;
    }, [stick]),
    noteResize: follow,
    toEnd: useCallback(() => {
      stick(true);
      follow();
    }, [stick, follow]),
  };
}

/** Keeps the end in view when the rendered rows change. */
export function useFollowEnd(scroll: ReturnType<typeof useLogScroll>, rows: readonly Keyed[]): void {
  const { shown, noteResize } = scroll;
  useLayoutEffect(() => {
    shown.current = rows;
    noteResize();
  }, [shown, noteResize, rows]);
}
