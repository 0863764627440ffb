/** The daemon's report, asked for every second while the page is looked at. */
import { useCallback, useEffect, useState } from 'react';
import type { Client, Inspection as Report } from 'tabcached';

const EVERY_MS = 1_000;

/** See the file. */
export interface Inspection {
  readonly report: Report | null;
  /** Why there is no newer report; null when there is. */
  readonly problem: string | null;
  refresh(): void;
}

/** Live report. */
export function useInspection(client: Client): Inspection {
  const [report, setReport] = useState<Report | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound((n) => n + 1), []);
  useEffect(() => {
    let current = true;
    client
      .inspect()
      .then(
        (next) => {
          if (!current) return;
          setReport(next);
          setProblem(null);
        },
        (thrown: unknown) => current && setProblem(thrown instanceof Error ? thrown.message : String(thrown)),
      );
    const timer = window.setTimeout(() => !document.hidden && refresh(), EVERY_MS);
    const look = (): void => void (!document.hidden && refresh());
    document.addEventListener('visibilitychange', look);
    return () => {
      current = false;
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [client, round, refresh]);
  return { report, problem, refresh };
}
