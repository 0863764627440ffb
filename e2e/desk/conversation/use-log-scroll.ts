/**
 * How the conversation scrolls.
 *
 * Owns: staying at the end while somebody is there, and what is being read otherwise. Does not know what the rows say.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import type { VirtualizerHandle } from 'virtua';
import { anchorIndex } from './anchor.ts';
import type { Row } from './rows.ts';

/** This close to the end counts as being there, in CSS pixels. */
const END_SLACK_PX = 32;

/** What people scroll with. */
const HANDS = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

/** Scrolling of one conversation. */
export interface LogScroll {
  /** The element that scrolls. */
  readonly viewport: RefObject<HTMLDivElement | null>;
  readonly virtual: RefObject<VirtualizerHandle | null>;
  /** Somebody is at the end, and stays there when messages arrive. */
  readonly atEnd: boolean;
  /** Key of the row that must not move, or null. */
  anchor(): string | null;
  firstSeenIndex(): number;
  lastSeenIndex(): number;
  /** Call after the list has been scrolled. */
  noteScroll(): void;
  /** Call when scrolling has come to rest. */
  noteRest(): void;
  /** Call after rows or viewport got another size. */
  noteResize(): void;
  /** Goes to the end and stays there. */
  toEnd(): void;
}

/** Scrolling for the rows that are rendered; they are told with `useFollowEnd`. */
export function useLogScroll(): LogScroll & { readonly shown: RefObject<readonly Row[]> } {
  const viewport = useRef<HTMLDivElement>(null);
  const virtual = useRef<VirtualizerHandle>(null);
  const shown = useRef<readonly Row[]>([]);
  const sticks = useRef(true);
  const offset = useRef(0);
  /**
   * On the way to the end. It takes the virtual list a few steps, while it learns how high the rows are, and a frame for each; a tab behind
   * others is given one in seconds. It is over on arrival, or when a hand takes over, and never because time has passed.
   */
  const following = useRef(false);
  const [atEnd, setAtEnd] = useState(true);

  const stick = useCallback((value: boolean) => {
    sticks.current = value;
    setAtEnd(value);
  }, []);

  const follow = useCallback(() => {
    const last = shown.current.length - 1;
    if (!sticks.current || last < 0) return;
    following.current = true;
    // By hand: the list's own way to an index goes on for a while as rows are measured, and takes back what a hand scrolls meanwhile.
    // Here each step is taken when rows have got their size, and only while nobody has taken over.
    const element = viewport.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, []);

  useEffect(() => {
    const element = viewport.current;
    const takeOver = (): void => {
      following.current = false;
    };
    for (const type of HANDS) element?.addEventListener(type, takeOver, { passive: true });
    return () => {
      for (const type of HANDS) element?.removeEventListener(type, takeOver);
    };
  });

  return {
    viewport,
    virtual,
    shown,
    atEnd,
    anchor: useCallback(() => {
      const handle = virtual.current;
      if (!handle || shown.current.length === 0) return null;
      const first = handle.findItemIndex(handle.scrollOffset);
      const whole = handle.getItemOffset(first) >= handle.scrollOffset ? first : first + 1;
      const last = handle.findItemIndex(handle.scrollOffset + handle.viewportSize - 1);
      return shown.current[anchorIndex(shown.current, Math.min(whole, last), last)]?.key ?? null;
    }, []),
    firstSeenIndex: useCallback(() => virtual.current?.findItemIndex(virtual.current.scrollOffset) ?? -1, []),
    lastSeenIndex: useCallback(() => {
      const handle = virtual.current;
      if (!handle || handle.viewportSize === 0) return -1;
      return sticks.current ? shown.current.length - 1 : handle.findItemIndex(handle.scrollOffset + handle.viewportSize - 1);
    }, []),
    noteScroll: useCallback(() => {
      const element = viewport.current;
      if (!element) return;
      // The element's own sizes: the list hears of a new viewport only after the browser has scrolled for it.
      const { scrollTop, scrollHeight, clientHeight } = element;
      const toGo = scrollHeight - clientHeight - scrollTop;
      // Rows that grow push the end away without anybody leaving it: only going up leaves, and not while we are going there.
      if (toGo <= END_SLACK_PX) {
        following.current = false;
        stick(true);
      } else if (scrollTop < offset.current && !following.current) stick(false);
      offset.current = scrollTop;
    }, [stick]),
    noteResize: follow,
    noteRest: useCallback(() => {
      if (following.current) follow();
    }, [follow]),
    toEnd: useCallback(() => {
      stick(true);
      follow();
    }, [stick, follow]),
  };
}

/** Keeps the end in view when the rendered rows change. */
export function useFollowEnd(scroll: ReturnType<typeof useLogScroll>, rows: readonly Row[]): void {
  const { shown, noteResize } = scroll;
  useLayoutEffect(() => {
    shown.current = rows;
    noteResize();
  }, [shown, noteResize, rows]);
}
