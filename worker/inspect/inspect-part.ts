/**
 * Inspection and storage control: the part of the daemon that loads when somebody looks.
 *
 * Owns: its calls. Everything is read from the other parts; only clearing changes them.
 */
import type { CallHandlers } from '../../protocol/index.ts';
import type { inspectInputs } from '../../protocol/inspect.ts';
import type { WorkerIdentity } from '../../protocol/names.ts';
import type { Environment } from '../env.ts';
import type { Journal } from '../journal.ts';
import type { Parts } from '../parts.ts';
import type { Session } from '../sessions.ts';
import { readStats } from '../store/chat-counters.ts';
import { createLiveStats } from './live-stats.ts';
import { inspectDaemon } from './report.ts';
import { createStorageControl } from './storage-control.ts';

/** Facts about the daemon that no part knows. */
export interface DaemonFacts {
  readonly epoch: string;
  readonly identity: WorkerIdentity;
  readonly lease: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly budgetBytes: number;
}

/** What inspection looks at. */
export interface InspectionSetup {
  readonly parts: Parts;
  readonly env: Pick<Environment, 'clock' | 'timers' | 'estimateStorage'>;
  readonly daemon: DaemonFacts;
  readonly journal: Journal;
}

/** Calls of this part. */
export type InspectCalls = Pick<CallHandlers, keyof typeof inspectInputs>;

/** The part. */
export interface Inspection {
  /** The calls of one tab. */
  calls(session: Session): InspectCalls;
  close(): void;
}

/** Creates the part. */
export function createInspection(setup: InspectionSetup): Inspection {
  const { parts, env, journal } = setup;
  const { committer, store, cacheUse, sessions } = parts;
  const control = createStorageControl(setup);
  const live = createLiveStats({
    timers: env.timers,
    read: async () => cacheUse.with(await store.read(['cache_stats'], (tx) => readStats(tx, env.clock.now()))),
    sessions: () => sessions.all(),
    post: (session, frame) => sessions.post(session, frame),
  });
  return {
    calls: (session) => ({
      inspect: () => inspectDaemon(setup),
      cacheUsage: () => control.usage(),
      watchStats: async ({ watching }) => {
        await committer.flush();
        return live.watch(session, watching);
      },
      dropChat: ({ requestId }) => control.drop(requestId),
      clearCache: ({ preview, ...range }) => control.clear(range, preview),
      exportLog: () => journal.entries(),
    }),
    close: () => live.close(),
  };
}
