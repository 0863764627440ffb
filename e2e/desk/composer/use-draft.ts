/** The text box's text and its bond with the draft that all tabs share. The rules are in `draft-rules.ts`. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ChatView } from 'tabcached';
import { takesDraft } from './draft-rules.ts';

/** Typing is saved when it pauses this long. */
const SAVE_AFTER_MS = 400;

/** Text of a box. */
export interface DraftText {
  readonly text: string;
  /** Changes the text; it is saved soon. */
  setText(change: (text: string) => string): void;
  /** Empties the box and gives what stood in it. What is saved stays as it is until `flush`, or until somebody types. */
  take(): string;
  /** Saves now what is not saved yet. */
  flush(): void;
  onFocus(): void;
  onBlur(): void;
}

/** The text of a chat's box. `draft` is the shared one, null before it is known. */
export function useDraft(view: ChatView | null, draft: string | null): DraftText {
  const [text, setState] = useState('');
  const latest = useRef('');
  const shared = useRef('');
  const focused = useRef(false);
  const saves = useRef(0);
  const known = useRef(false);
  const timer = useRef<number | null>(null);
  const [settled, setSettled] = useState(0);

  const show = useCallback((next: string) => {
    latest.current = next;
    setState(next);
  }, []);

  const flush = useCallback(() => {
    if (timer.current !== null) window.clearTimeout(timer.current);
    timer.current = null;
    if (!view || latest.current === shared.current) return;
    const before = shared.current;
    const saved = latest.current;
    shared.current = saved;
    saves.current += 1;
    const done = (): void => {
      saves.current -= 1;
      setSettled((count) => count + 1);
    };
    view.saveDraft(saved).then(done, () => {
      // A draft that cannot be saved is still in the box, and what the daemon has is still the one before.
      if (shared.current === saved) shared.current = before;
      done();
    });
  }, [view]);

  const setText = useCallback(
    (change: (text: string) => string) => {
      show(change(latest.current));
      if (timer.current !== null) window.clearTimeout(timer.current);
      timer.current = window.setTimeout(flush, SAVE_AFTER_MS);
    },
    [show, flush],
  );

  const take = useCallback(() => {
    const taken = latest.current;
    if (timer.current !== null) window.clearTimeout(timer.current);
    timer.current = null;
    show('');
    return taken;
  }, [show]);

  useEffect(() => {
    if (draft === null) return;
    const opening = !known.current;
    known.current = true;
    const saving = saves.current > 0 || timer.current !== null;
    if (!takesDraft({ text: latest.current, shared: shared.current, draft, focused: focused.current, opening, saving })) return;
    shared.current = draft;
    show(draft);
  }, [draft, settled, show]);

  useEffect(() => {
    window.addEventListener('pagehide', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [flush]);

  return {
    text,
    setText,
    take,
    flush,
    onFocus: () => {
      focused.current = true;
    },
    onBlur: () => {
      focused.current = false;
      flush();
    },
  };
}
