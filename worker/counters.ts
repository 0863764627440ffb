/** What the daemon has done in this life, in numbers: the proof that things happen once per user. */

/** Kinds of requests to the server. */
export type FetchKind = 'tickets' | 'messages' | 'changes' | 'sends' | 'reads';

/** Counters that only go up. */
export interface Counters {
  fetched(kind: FetchKind): void;
  rejected(rows: number): void;
  parked(): void;
  fetches(): Readonly<Record<FetchKind, number>>;
  rejectedRows(): number;
  parkedRepairs(): number;
}

/** Creates counters at zero. */
export function createCounters(): Counters {
  const fetches: Record<FetchKind, number> = { tickets: 0, messages: 0, changes: 0, sends: 0, reads: 0 };
  let rejectedRows = 0;
  let parkedRepairs = 0;
  return {
    fetched: (kind) => void fetches[kind]++,
    rejected: (rows) => void (rejectedRows += rows),
    parked: () => void parkedRepairs++,
    fetches: () => ({ ...fetches }),
    rejectedRows: () => rejectedRows,
    parkedRepairs: () => parkedRepairs,
  };
}
