/** What the cache takes of the disk, chat by chat, asked for again whenever its statistics change. */
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { CacheStats, CacheUsage, Client, DownloadAllState } from 'tabcached';

/** See the file. */
export interface UsageState {
  readonly stats: CacheStats | null;
  readonly usage: CacheUsage | null;
  readonly download: DownloadAllState | null;
  /** Why it is not known; null when it is. */
  readonly problem: string | null;
  refresh(): void;
}

/** Live usage. */
export function useUsage(client: Client): UsageState {
  const stats = useSyncExternalStore(client.stats.subscribe, client.stats.getSnapshot);
  const live = useSyncExternalStore(client.cache.download.subscribe, client.cache.download.getSnapshot);
  const [usage, setUsage] = useState<CacheUsage | null>(null);
  const [asked, setAsked] = useState<DownloadAllState | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound((n) => n + 1), []);
  useEffect(() => {
    let current = true;
    Promise.all([client.cache.usage(), client.cache.downloadAll('state')]).then(
      ([nextUsage, nextDownload]) => {
        if (!current) return;
        setUsage(nextUsage);
        setAsked(nextDownload);
        setProblem(null);
      },
      (thrown: unknown) => current && setProblem(thrown instanceof Error ? thrown.message : String(thrown)),
    );
    return () => void (current = false);
  }, [client, stats?.updatedAt, stats?.totalSize, live?.status, round]);
  // While it runs the frames are newer than the last answer.
  return { stats, usage, download: live?.status === 'running' ? live : asked, problem, refresh };
}
