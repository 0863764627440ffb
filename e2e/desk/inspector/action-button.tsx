/** A small button that says for a moment what came of it. */
import { useEffect, useState, type ReactNode } from 'react';

/** How long the outcome stays. */
const SAID_MS = 4_000;

/** See the file. `run` resolves with the outcome in a few words. */
export function ActionButton({ name, run }: { readonly name: string; run(): Promise<string> }): ReactNode {
  const [said, setSaid] = useState<{ readonly text: string; readonly failed: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (!said) return undefined;
    const timer = window.setTimeout(() => setSaid(null), SAID_MS);
    return () => window.clearTimeout(timer);
  }, [said]);
  const go = async (): Promise<void> => {
    setBusy(true);
    try {
      setSaid({ text: await run(), failed: false });
    } catch (thrown) {
      setSaid({ text: thrown instanceof Error ? thrown.message : String(thrown), failed: true });
    } finally {
      setBusy(false);
    }
  };
  return (
    <span className="action">
      <button type="button" className="button button--small" disabled={busy} onClick={() => void go()}>
        {name}
      </button>
      <span role="status" className={said?.failed ? 'refusal' : 'table__note'}>
        {said?.text}
      </span>
    </span>
  );
}
