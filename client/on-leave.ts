/**
 * When a page is left: after every listener of the application has heard it, so that what it says on leaving still goes out.
 *
 * Owns: the events by which a page knows. Browsers differ in what becomes of a listener that is added while `pagehide` is on its way: by the
 * standard it comes last; Chromium runs the window's listeners in one pass and passes it over. There the page is hidden next, or frozen.
 */

/** The part of an event target that is used. */
export type Target = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

/** Calls the listener once each time the page is left, also when it goes into the back/forward cache. Returns the undo. */
export function onLeave(page: Target, content: Target, listener: () => void): () => void {
  let leaving = false;
  const last = (): void => {
    if (leaving) listener();
    leaving = false;
  };
  const first = (): void => {
    leaving = true;
    page.addEventListener('pagehide', last, { once: true });
  };
  const later = ['visibilitychange', 'freeze'];
  page.addEventListener('pagehide', first, true);
  for (const type of later) content.addEventListener(type, last);
  return () => {
    page.removeEventListener('pagehide', first, true);
    page.removeEventListener('pagehide', last);
    for (const type of later) content.removeEventListener(type, last);
  };
}
