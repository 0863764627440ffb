/** The present to the second, for countdowns. A timer runs only while somebody counts. */
import { useEffect, useState } from 'react';

/** Milliseconds since the Unix epoch, at most a second old while `counting`. */
export function useSeconds(counting: boolean): number {
  const [nowMs, setNow] = useState(Date.now);
  useEffect(() => {
    if (!counting) return;
    setNow(Date.now());
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, [counting]);
  return nowMs;
}
