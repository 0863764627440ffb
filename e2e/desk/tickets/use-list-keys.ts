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
}

const target = (key: string, index: number, last: number): number | null => {
  if (key === 'ArrowDown' || key === 'j') return Math.min(index + 1, last);
  if (key === 'ArrowUp' || key === 'k') return Math.max(index - 1, 0);
  if (key === 'Home') return 0;
  return key === 'End' ? last : null;
};

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
  const currentIndex = Math.max(0, found >= 0 ? found : indexOf(opened));

  const focusIndex = (index: number): void => {
    const ticket = tickets[index];
    if (!ticket) return;
    // The link must be there before it can have the focus.
    flushSync(() => setCurrent(ticket.id));
    virtual.current?.scrollToIndex(index, { align: 'nearest' });
    list.current?.querySelector<HTMLElement>(`[data-request-id="${CSS.escape(ticket.id)}"]`)?.focus({ preventScroll: true });
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
  };
}
