/**
 * Single-key shortcuts of the whole desk.
 *
 * Owns: one listener, and that nobody's typing is taken for a command. A shortcut has a name; most names are their key.
 */
import { useEffect, useEffectEvent } from 'react';

/** Name of a shortcut: its key, or something that other parts of the desk ask for (`list`: focus the ticket list). */
export type ShortcutName = '/' | 'j' | 'k' | 'r' | 'o' | '?' | 'Escape' | 'list';

const handlers = new Map<ShortcutName, () => void>();

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select, dialog') !== null);

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
  const handler = handlers.get(event.key as ShortcutName);
  if (!handler) return;
  event.preventDefault();
  handler();
}

/** Runs `handler` when the key is pressed outside any field, or when the name is asked for. The last component to use a name has it. */
export function useShortcut(name: ShortcutName, handler: () => void): void {
  const run = useEffectEvent(handler);
  useEffect(() => {
    const mine = (): void => run();
    if (handlers.size === 0) document.addEventListener('keydown', onKeyDown);
    handlers.set(name, mine);
    return () => {
      if (handlers.get(name) === mine) handlers.delete(name);
      if (handlers.size === 0) document.removeEventListener('keydown', onKeyDown);
    };
  }, [name]);
}

/** Does what a shortcut does. */
export const runShortcut = (name: ShortcutName): void => handlers.get(name)?.();
