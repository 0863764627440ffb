/** The title of the browser's tab: with twenty of them open, it says which one this is, and whether something is new. */
import { useEffect, useState } from 'react';
import { deskTitle } from './title-text.ts';

/** Half a period of flashing. Hidden pages have no faster timer. */
const FLASH_MS = 1_000;

/** Keeps the title; it is the bare one again when the component goes. `subject` is that of the opened ticket; `called`: the title flashes. */
export function useTitle(unread: number, subject: string | null, called: boolean): void {
  const [lit, setLit] = useState(true);
  useEffect(() => {
    if (!called) return undefined;
    setLit(true);
    const timer = window.setInterval(() => setLit((before) => !before), FLASH_MS);
    return () => window.clearInterval(timer);
  }, [called]);
  useEffect(() => {
    document.title = deskTitle(unread, subject, called ? (lit ? '▶ ' : '▷ ') : '');
    return () => {
      document.title = deskTitle(0, null);
    };
  }, [unread, subject, called, lit]);
}
