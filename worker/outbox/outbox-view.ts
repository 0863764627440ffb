/**
 * The outbox on the screens of tabs that show it: one snapshot, then numbered patches.
 *
 * Owns: what of an operation a tab sees, and telling only what changed, made once for all tabs. Does not know lanes; tabs put them together.
 */
import type { OfflineOperation, OutboxHead, OutboxOperation, OutboxPatch, OutboxSnapshot, RefusalContext, SendOperation } from '../../protocol/index.ts';
import type { Timers } from '../env.ts';
import type { Session } from '../sessions.ts';
import type { Ledger } from './ledger.ts';

/** Changes within this time make one patch. */
const DELAY_MS = 20;

/** What the view is made with. */
export interface OutboxViewSetup {
  readonly timers: Timers;
  readonly ledger: Pick<Ledger, 'all' | 'size'>;
  readonly limit: number;
  paused(): OutboxHead['paused'];
  context(operation: OfflineOperation): RefusalContext | null;
  /** Tabs that are connected. */
  sessions(): readonly Session[];
  post(session: Session, frame: string): void;
}

/** The view. */
export interface OutboxView {
  /** Begins or stops to tell a tab. Answers the snapshot's text, or null. */
  watch(session: Session, watching: boolean): string | null;
  /** Anything about the outbox may have changed. */
  changed(): void;
  close(): void;
}

const shown = (operation: SendOperation, context: RefusalContext | null): OutboxOperation => ({
  operationId: operation.id,
  requestId: operation.requestId,
  order: operation._order,
  content: operation.payload.content,
  isScreenshot: operation.payload.isScreenshot ?? false,
  screenshotFileName: operation.payload.screenshotFileName ?? null,
  status: operation.status as OutboxOperation['status'],
  createdAt: operation.createdAt,
  retryCount: operation.retryCount,
  nextRetryAt: operation.nextRetryAt,
  errorCode: operation._errorCode ?? null,
  errorMessage: operation.lastError,
  context,
  outcomeUnknown: operation._outcomeUnknown === true,
});

/** Creates the view; nothing is worked out while nobody watches. */
export function createOutboxView({ timers, ledger, limit, paused, context, sessions, post }: OutboxViewSetup): OutboxView {
  let watching: readonly Session[] = [];
  /** What the tabs have, as JSON text by operation, and the head without its version. */
  let told = new Map<string, string>();
  let toldHead = '';
  let version = 0;
  let cancel: (() => void) | null = null;

  const head = (): Omit<OutboxHead, 'version'> => ({ count: ledger.size(), limit, paused: paused() });
  const operations = (): OutboxOperation[] =>
    ledger.all().flatMap((operation) => (operation.type === 'send_message' ? shown(operation, context(operation)) : []));

  const flush = (): void => {
    cancel?.();
    cancel = null;
    const connected = sessions();
    watching = watching.filter((session) => connected.includes(session));
    const now = operations();
    const texts = new Map(now.map((operation) => [operation.operationId, JSON.stringify(operation)]));
    const upserts = now.filter(({ operationId }) => told.get(operationId) !== texts.get(operationId));
    const removals = [...told.keys()].filter((id) => !texts.has(id));
    const headNow = head();
    const headText = JSON.stringify(headNow);
    told = texts;
    if (upserts.length + removals.length === 0 && headText === toldHead) return;
    toldHead = headText;
    const patch: OutboxPatch = { t: 'outbox', version: ++version, ...headNow, upserts, removals };
    const text = JSON.stringify(patch);
    for (const session of watching) post(session, text);
  };

  return {
    watch: (session, on) => {
      // What is not told yet goes out first, so that versions fit.
      flush();
      watching = watching.filter((other) => other !== session);
      if (!on) return null;
      watching = [...watching, session];
      const snapshot: OutboxSnapshot = { version, ...head(), operations: operations() };
      return JSON.stringify(snapshot);
    },
    changed: () => {
      if (watching.length > 0) cancel ??= timers.after(DELAY_MS, flush);
    },
    close: () => cancel?.(),
  };
}
