/**
 * Timings of what a tab does, for those who operate it: in the page's own timeline (User Timing) and to `onMetric`.
 *
 * Owns: when each timing of `protocol/metrics.ts` begins and ends. It listens at the calls and frames of the tab and changes neither. Loaded
 * beside the handshake, so that the first bundle does without it.
 */
import type { CallInput, CallName } from '../protocol/daemon-api.ts';
import { mediaId, type MediaFrame } from '../protocol/media.ts';
import type { MetricName } from '../protocol/metrics.ts';
import type { CachedMessage } from '../protocol/records.ts';
import type { ChatMeta } from '../protocol/views.ts';
import type { Call } from './calls.ts';
import type { ConnectOptions } from './client.ts';
import type { LoadedEnvironment } from './env.ts';

/** Entries of a name in the page's timeline; then they are cleared: a desk stays open for days. */
const KEPT = 200;
/** Sends whose confirmation is awaited. */
const AWAITED = 500;

/** What a chat's frame or snapshot tells. */
export interface ToldChat {
  readonly requestId: string;
  readonly meta: ChatMeta;
  readonly rows: readonly CachedMessage[];
}

/** Timings under way. */
export interface Metrics {
  /** The same calls, timed. */
  readonly call: Call;
  /** A snapshot or a patch of a chat that a view took over. */
  chatTold(told: ToldChat): void;
  /** No view of the tab shows the chat any more. */
  chatClosed(requestId: string): void;
  mediaTold(frame: MediaFrame): void;
}

interface Span {
  readonly startedAtMs: number;
  readonly requestId: string;
}

/** Takes timings over these calls. `connectedFromMs` is when connecting began. */
export function createMetrics(env: Pick<LoadedEnvironment, 'clock' | 'later'>, plain: Call, { onMetric }: Pick<ConnectOptions, 'onMetric'>, connectedFromMs: number): Metrics {
  const counts = new Map<MetricName, number>();
  const openings = new Map<string, { readonly startedAtMs: number; network: boolean }>();
  /** Chats that are on screen: opening them again is not waited for by anybody. */
  const shown = new Set<string>();
  const syncs = new Map<string, number>();
  const sends = new Map<string, Span>();
  const files = new Map<string, Span & { network: boolean }>();

  const record = (name: MetricName, startedAtMs: number, requestId: string | null, ok = true): void => {
    const endedAtMs = env.clock.now();
    const count = (counts.get(name) ?? 0) + 1;
    if (count > KEPT) env.later.timeline.clearMeasures(name);
    counts.set(name, count > KEPT ? 1 : count);
    env.later.timeline.measure(name, { start: startedAtMs, end: endedAtMs, detail: { requestId, ok } });
    try {
      onMetric?.({ name, startedAtMs, durationMs: endedAtMs - startedAtMs, requestId, ok });
    } catch (thrown) {
      // An observer's defect is reported by the page, and is nobody else's.
      queueMicrotask(() => {
        throw thrown;
      });
    }
  };

  const timed = async <T>(name: MetricName, requestId: string, run: () => Promise<T>): Promise<T> => {
    const startedAtMs = env.clock.now();
    try {
      const answer = await run();
      record(name, startedAtMs, requestId);
      return answer;
    } catch (thrown) {
      record(name, startedAtMs, requestId, false);
      throw thrown;
    }
  };

  const opening = (requestId: string): void => {
    if (!shown.has(requestId) && !openings.has(requestId)) openings.set(requestId, { startedAtMs: env.clock.now(), network: false });
  };
  const sending = ({ clientTempId, requestId }: CallInput<'send'>, run: () => Promise<unknown>): Promise<unknown> => {
    if (!sends.has(clientTempId)) sends.set(clientTempId, { startedAtMs: env.clock.now(), requestId });
    for (const [oldest] of sends) {
      if (sends.size <= AWAITED) break;
      sends.delete(oldest);
    }
    return timed('tabcached:send-stored', requestId, run).catch((thrown: unknown) => {
      sends.delete(clientTempId);
      throw thrown;
    });
  };
  const watching = async ({ requestId, filename }: CallInput<'watchMedia'>, run: () => Promise<unknown>): Promise<unknown> => {
    const id = mediaId(requestId, filename);
    const first = !files.has(id);
    if (first) files.set(id, { startedAtMs: env.clock.now(), requestId, network: false });
    const answer = (await run()) as MediaFrame['state'];
    if (first) mediaTold({ t: 'media', id, state: answer });
    return answer;
  };
  const mediaTold = ({ id, state }: MediaFrame): void => {
    const file = files.get(id);
    if (!file || state.status === 'completed') return;
    file.network = true;
    if (state.status !== 'failed') return;
    files.delete(id);
    record('tabcached:media-network', file.startedAtMs, file.requestId, false);
  };
  const reading = async ({ requestId, filename, thumbnail }: CallInput<'readMedia'>, run: () => Promise<unknown>): Promise<unknown> => {
    const answer = await run();
    const file = files.get(mediaId(requestId, filename));
    if (!file || thumbnail || !(answer as { readonly blob: Blob | null }).blob) return answer;
    files.delete(mediaId(requestId, filename));
    record(file.network ? 'tabcached:media-network' : 'tabcached:media-cache', file.startedAtMs, requestId);
    return answer;
  };

  const call = (name: CallName, input: unknown): Promise<unknown> => {
    const run = (): Promise<unknown> => plain(name, input as never);
    if (name === 'send') return sending(input as CallInput<'send'>, run);
    if (name === 'watchMedia') return watching(input as CallInput<'watchMedia'>, run);
    if (name === 'readMedia') return reading(input as CallInput<'readMedia'>, run);
    if (name === 'unwatchMedia') files.delete(mediaId((input as CallInput<'unwatchMedia'>).requestId, (input as CallInput<'unwatchMedia'>).filename));
    if (name === 'openChat') opening((input as CallInput<'openChat'>).requestId);
    if (name === 'loadPage') return timed('tabcached:page', (input as CallInput<'loadPage'>).requestId, run);
    return run();
  };

  const noteSync = (requestId: string, state: ChatMeta['state']): void => {
    const startedAtMs = syncs.get(requestId);
    if (state === 'SYNCING' || state === 'RESYNCING') {
      if (startedAtMs === undefined) syncs.set(requestId, env.clock.now());
    } else if (startedAtMs !== undefined) {
      syncs.delete(requestId);
      // Any other state is a chat that was left alone half-way: no timing of anything.
      if (state === 'SYNCED' || state === 'FAILED') record('tabcached:sync', startedAtMs, requestId, state === 'SYNCED');
    }
  };

  record('tabcached:connect', connectedFromMs, null);
  return {
    call: call as Call,
    chatTold: ({ requestId, meta, rows }) => {
      const open = openings.get(requestId);
      if (open && meta.floor === 0 && meta.state !== 'SYNCED') open.network = true;
      else if (open) {
        openings.delete(requestId);
        shown.add(requestId);
        record(open.network ? 'tabcached:open-network' : 'tabcached:open-cache', open.startedAtMs, requestId);
      }
      noteSync(requestId, meta.state);
      if (sends.size === 0) return;
      for (const { clientTempId = '', status } of rows) {
        const sent = status === 'sent' && sends.get(clientTempId);
        if (!sent) continue;
        sends.delete(clientTempId);
        record('tabcached:send-confirmed', sent.startedAtMs, requestId);
      }
    },
    chatClosed: (requestId) => {
      for (const known of [openings, shown, syncs]) known.delete(requestId);
      for (const [id, span] of sends) if (span.requestId === requestId) sends.delete(id);
    },
    mediaTold,
  };
}
