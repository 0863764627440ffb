/** One action on a message at a time: that it runs, and why it was refused. */
import { useState } from 'react';
import { refusalText } from '../composer/refusal-text.ts';

/** See the file. */
export interface MessageAction {
  readonly busy: boolean;
  /** Why the last one was refused; null when it was not. */
  readonly refusal: string | null;
  /** Resolves with whether it was done. */
  run(action: () => Promise<void>): Promise<boolean>;
}

/** See the file. */
export function useMessageAction(): MessageAction {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  return {
    busy,
    refusal,
    run: async (action) => {
      setBusy(true);
      setRefusal(null);
      try {
        await action();
        return true;
      } catch (thrown) {
        setRefusal(refusalText(thrown));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
