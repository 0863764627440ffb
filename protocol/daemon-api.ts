/**
 * What a tab may ask of its daemon: the calls, the schema of each call's input, and the handshake.
 *
 * Owns: names and shapes. Calls cross a port (or the fallback's channel) as `{ name, input }` through one Comlink method;
 * the answer is a {@link CallResult}, so that error codes survive structured clone. Big answers are JSON text that the daemon
 * may have serialised once for many tabs. The other direction, daemon to tab, is `DaemonFrame` in `views.ts`, as JSON text.
 */
import * as v from 'valibot';
import type { WireError } from './errors.ts';
import type { FlightLine } from './flight.ts';
import type { CacheLimits, CacheUsage, ClearReport, DownloadAllState, inspectInputs, InspectReport, LogEntry } from './inspect.ts';
import { MESSAGE_BUDGET_BYTES } from './limits.ts';
import type { MediaStats } from './media.ts';
import type { mediaCallInputs, MediaCallOutputs } from './media-calls.ts';
import type { outboxInputs, OutboxOutputs } from './outbox-calls.ts';
import { Content, Count, SequenceNumber, Uuid, type CacheStats } from './records.ts';
import type { signOutInputs, SignOutOutputs } from './sign-out.ts';
import type { tabInputs, TabOutputs } from './tabs.ts';
import type { HostState } from './views.ts';

/** Settings that all tabs of a user must share, because one daemon serves them all. */
export const DaemonSettings = v.object({
  /** Absolute URL that the backend's paths are appended to, or any text that a custom worker understands. */
  backend: v.string(),
  /** Cap on cached media, in bytes. */
  budgetBytes: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Cap on cached messages, in bytes by the cache's own account (`rowBytes`). */
  messageBudgetBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), MESSAGE_BUDGET_BYTES),
  /** Where media bytes go: records of the database, or files in the browser's private file system, laid out as on a desktop. */
  mediaStore: v.optional(v.picklist(['indexeddb', 'files']), 'indexeddb'),
  /** Most operations that the outbox holds. */
  outboxLimit: v.pipe(v.number(), v.integer(), v.minValue(1)),
});
/** See {@link DaemonSettings}. */
export type DaemonSettings = v.InferOutput<typeof DaemonSettings>;
/** As a tab gives them: what has a default may be left out. */
export type GivenSettings = v.InferInput<typeof DaemonSettings>;

/** What a tab reports about itself: the daemon's scope has no visibility and no online events. */
export const TabReport = v.object({ visible: v.boolean(), focused: v.boolean(), online: v.boolean() });
/** See {@link TabReport}. */
export type TabReport = v.InferOutput<typeof TabReport>;

/** First call of every tab. */
export const Hello = v.object({
  protocol: v.literal(1),
  buildId: v.string(),
  userId: v.pipe(v.string(), v.minLength(1)),
  tabId: v.pipe(v.string(), v.minLength(8)),
  /** Name of the Web Lock that the tab holds. */
  lease: v.string(),
  settings: DaemonSettings,
  report: TabReport,
  /** This client was connected before: after a sign-out it is refused with `SIGNED_OUT`, and only a new one may sign in again. */
  returning: v.optional(v.boolean(), false),
});
/** See {@link Hello}. */
export type Hello = v.InferOutput<typeof Hello>;
/** As a tab says it. */
export type GivenHello = v.InferInput<typeof Hello>;

/** Answer to {@link Hello}. */
export interface Welcome {
  readonly epoch: string;
  readonly buildId: string;
  /** Name of the Web Lock that the daemon holds; granted to a tab means that the daemon is gone. */
  readonly lease: string;
  readonly host: HostState;
}

/** What `send` answers: stored, as operation and optimistic row. */
export interface SendReceipt {
  /** UUID of the operation, of the pending row, and the message's idempotency key. */
  readonly clientTempId: string;
  /** False while only memory is left to store in: then it is lost when the daemon ends. */
  readonly durable: boolean;
  /** The outbox is past 80 % of its limit. */
  readonly nearlyFull: boolean;
}

/** Counters of one life of the daemon: proof that things happen once per user. */
export interface DaemonStats {
  readonly epoch: string;
  readonly sessions: number;
  readonly databaseConnections: number;
  readonly pushLinks: number;
  readonly fetches: { readonly tickets: number; readonly messages: number; readonly changes: number; readonly sends: number; readonly reads: number };
  readonly patches: number;
  readonly updates: number;
  readonly rejectedRows: number;
  readonly parkedRepairs: number;
  readonly stalledSessions: number;
  /** Null until the first call about media. */
  readonly media: MediaStats | null;
}

/** What verifying a chat found; everything found is repaired. */
export interface VerifyReport {
  /** Confirmed rows in the store. */
  readonly rows: number;
  /** Rows that the record claims and the store lacks: they are fetched again. */
  readonly missing: number;
  /** Rows that the record does not account for: they were deleted. */
  readonly stray: number;
  /** Counters that were not those of the rows: they were corrected. */
  readonly countersWrong: boolean;
}

const chat = { requestId: Uuid };

/** Schema of every call's input, but for those that a part of the daemon checks which loads when used: {@link LateInputs}. */
export const callInputs = {
  hello: Hello,
  bye: v.object({}),
  report: TabReport,
  /** Frames received so far. */
  ack: v.object({ frames: Count }),
  ping: v.object({}),
  openTickets: v.object({}),
  closeTickets: v.object({}),
  openChat: v.object({ ...chat, anchor: v.union([v.picklist(['newest', 'unread']), SequenceNumber]), limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)) }),
  closeChat: v.object(chat),
  /** More rows for a window: older than `lo`, newer than `hi`, or those of a gap. */
  loadPage: v.object({
    ...chat,
    direction: v.picklist(['older', 'newer', 'gap']),
    lo: Count,
    hi: Count,
    tail: v.boolean(),
    /** With `gap`: the gap's bounds; it is filled from its newer end. */
    gap: v.optional(v.object({ startSeq: SequenceNumber, endSeq: SequenceNumber })),
    limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)),
  }),
  syncChat: v.object(chat),
  send: v.object({
    ...chat,
    clientTempId: Uuid,
    content: Content,
    isScreenshot: v.optional(v.boolean(), false),
    screenshotFileName: v.optional(v.nullable(v.string()), null),
    /** The chat's draft stays; otherwise it goes in the transaction that stores the message. */
    keepDraft: v.optional(v.boolean(), false),
    /** Said before, and what became of it is not known: the server is asked before it is given the message. */
    again: v.optional(v.boolean(), false),
  }),
  markRead: v.object({ ...chat, upToSequence: SequenceNumber }),
  saveDraft: v.object({ ...chat, text: v.pipe(v.string(), v.maxLength(100_000)) }),
  giveToken: v.object({ requestNumber: Count, token: v.nullable(v.string()) }),
} as const;

/** Answers by call. `string` stands for JSON text of the named shape: see {@link JsonAnswers}. */
export interface CallOutputs extends MediaCallOutputs, OutboxOutputs, SignOutOutputs, TabOutputs {
  readonly hello: Welcome;
  readonly bye: null;
  readonly report: null;
  readonly ack: null;
  readonly ping: null;
  readonly openTickets: string;
  readonly closeTickets: null;
  readonly openChat: string;
  readonly closeChat: null;
  readonly loadPage: string;
  readonly syncChat: null;
  readonly verifyChat: VerifyReport;
  readonly send: SendReceipt;
  readonly markRead: null;
  readonly saveDraft: null;
  readonly giveToken: null;
  readonly stats: DaemonStats;
  readonly inspect: InspectReport;
  readonly cacheUsage: CacheUsage;
  readonly cacheLimits: CacheLimits;
  readonly watchStats: CacheStats;
  readonly dropChat: ClearReport;
  readonly clearCache: ClearReport;
  readonly exportLog: readonly LogEntry[];
  readonly exportFlight: readonly FlightLine[];
  readonly downloadAll: DownloadAllState;
}

/** Schemas of calls about media (`media-calls.ts`), inspection (`inspect.ts`), signing out (`sign-out.ts`), other tabs (`tabs.ts`) and what waits to be sent (`outbox-calls.ts`). */
export type LateInputs = typeof mediaCallInputs & typeof inspectInputs & typeof signOutInputs & typeof tabInputs & typeof outboxInputs;

/** Name of a call. */
export type CallName = keyof typeof callInputs | keyof LateInputs;
type Inputs = typeof callInputs & LateInputs;
/** Input of a call, as a tab writes it. */
export type CallInput<Name extends CallName> = v.InferInput<Inputs[Name]>;
/** Input of a call, as the daemon has checked it. */
export type CheckedInput<Name extends CallName> = v.InferOutput<Inputs[Name]>;

/** The daemon's side of the calls, one handler each. */
export type CallHandlers = { readonly [Name in CallName]: (input: CheckedInput<Name>) => CallOutputs[Name] | Promise<CallOutputs[Name]> };

/** An answer or an error, as plain data. */
export type CallResult<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: WireError };

/** The one method that is exposed through Comlink. */
export interface DaemonEndpoint {
  call(name: CallName, input: unknown): Promise<CallResult<unknown>>;
}
