/** Whether an element is on screen. */
import { useEffect, useState, type RefObject } from 'react';

/** What is known of an element. */
export interface InView {
  readonly now: boolean;
  /** It has been since it was mounted. */
  readonly ever: boolean;
}

/** See the file. */
export function useInView(element: RefObject<Element | null>): InView {
  const [state, setState] = useState<InView>({ now: false, ever: false });
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const observer = new IntersectionObserver((entries) => {
      const now = entries.at(-1)?.isIntersecting ?? false;
      setState((before) => (before.now === now && (before.ever || !now) ? before : { now, ever: before.ever || now }));
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return state;
}
