/** The title of the browser's tab: with twenty of them open, it says which one this is, and whether something is new. */
import { useEffect } from 'react';
import { deskTitle } from './title-text.ts';

/** Keeps the title; it is the bare one again when the component goes. `subject` is that of the opened ticket. */
export function useTitle(unread: number, subject: string | null): void {
  useEffect(() => {
    document.title = deskTitle(unread, subject);
    return () => {
      document.title = deskTitle(0, null);
    };
  }, [unread, subject]);
}
