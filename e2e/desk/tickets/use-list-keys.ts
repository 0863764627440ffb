/** Keyboard in the ticket list: one link is reachable by Tab, the arrow keys (or j and k, Home, End) move on from it. */
import { useCallback, useEffect, useEffectEvent, useState, type RefObject } from 'react';
import { flushSync } from 'react-dom';
import type { CachedTicket } from 'tabcached';
import type { VirtualizerHandle } from 'virtua';

/** The list's keyboard. */
export interface ListKeys {
  /** Index of the link that Tab reaches; it stays mounted wherever the list is scrolled to. */
  readonly currentIndex: number;
  setCurrent(id: string): void;
  /** Moves the focus to the current link. */
  focusCurrent(): void;
  /** Moves it on by so many links; to the first one when there is no current one. */
  move(by: number): void;
}

const target = (key: string, index: number, last: number): number | null => {
  if (key === 'ArrowDown' || key === 'j') return Math.min(index + 1, last);
  if (key === 'ArrowUp' || key === 'k') return Math.max(index - 1, 0);
  if (key === 'Home') return 0;
  return key === 'End' ? last : null;
};

/** A link that just came into the list is hidden until it has been measured, and cannot have the focus before. */
const FRAMES = 10;

function focusLink(list: HTMLElement | null, id: string, frames = FRAMES): void {
  const link = list?.querySelector<HTMLElement>(`[data-request-id="${CSS.escape(id)}"]`);
  link?.focus({ preventScroll: true });
  if (frames > 0 && document.activeElement !== link) requestAnimationFrame(() => focusLink(list, id, frames - 1));
}

/** Keyboard for these tickets; `opened` is where it starts. */
export function useListKeys(
  tickets: readonly CachedTicket[],
  opened: string | null,
  list: RefObject<HTMLElement | null>,
  virtual: RefObject<VirtualizerHandle | null>,
): ListKeys {
  const [current, setCurrent] = useState<string | null>(null);
  const indexOf = (id: string | null): number => (id === null ? -1 : tickets.findIndex((ticket) => ticket.id === id));
  const found = indexOf(current);
  const start = found >= 0 ? found : indexOf(opened);
  const currentIndex = Math.max(0, start);

  const focusIndex = (index: number): void => {
    const ticket = tickets[index];
    if (!ticket) return;
    // The link must be there before it can have the focus.
    flushSync(() => setCurrent(ticket.id));
    virtual.current?.scrollToIndex(index, { align: 'nearest' });
    focusLink(list.current, ticket.id);
  };

  const onKeyDown = useEffectEvent((event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const index = target(event.key, currentIndex, tickets.length - 1);
    if (index === null) return;
    event.preventDefault();
    focusIndex(index);
  });
  useEffect(() => {
    const element = list.current;
    const listener = (event: KeyboardEvent): void => onKeyDown(event);
    element?.addEventListener('keydown', listener);
    return () => element?.removeEventListener('keydown', listener);
  }, [list]);

  return {
    currentIndex,
    setCurrent: useCallback((id: string) => setCurrent(id), []),
    focusCurrent: () => focusIndex(currentIndex),
    move: (by) => focusIndex(start < 0 ? 0 : Math.max(0, Math.min(tickets.length - 1, start + by))),
  };
}
