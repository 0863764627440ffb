/** The place in the address bar. Owns the history; does not know what is shown at a place. */
import { useMemo, useSyncExternalStore, type MouseEvent } from 'react';
import { parsePlace, placeHref, type Place } from './place.ts';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

/** Goes to a place, as a new entry of the history; nothing happens when it is the current one. */
export function goTo(place: Place): void {
  const href = placeHref(place);
  if (href === window.location.pathname + window.location.search) return;
  window.history.pushState(null, '', href);
  for (const listener of [...listeners]) listener();
}

/** The current place; the component is rendered again when it changes. */
export function usePlace(): Place {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  return useMemo(() => parsePlace(search), [search]);
}

/**
 * Attributes of a link to a place: a real address, so that it can be opened in another tab or copied, followed without a page
 * load by a plain click.
 */
export function linkTo(place: Place): { readonly href: string; readonly onClick: (event: MouseEvent) => void } {
  return {
    href: placeHref(place),
    onClick: (event) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      goTo(place);
    },
  };
}
