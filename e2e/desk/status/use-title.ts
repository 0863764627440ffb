/** The title of the browser's tab. */
import { useEffect } from 'react';

/** Title with a number of unread messages. */
const deskTitle = (unread: number): string => (unread > 0 ? `(${unread}) Support desk` : 'Support desk');

/** Keeps the title; it is the bare one again when the component goes. */
export function useTitle(unread: number): void {
  useEffect(() => {
    document.title = deskTitle(unread);
    return () => {
      document.title = deskTitle(0);
    };
  }, [unread]);
}
