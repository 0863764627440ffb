/**
 * The client that an application is given, over a connection that is up.
 *
 * Owns: what each of its members does. It is loaded beside the handshake and not with the first bundle, because nothing of it can be used
 * before a daemon has answered.
 */
import type { TabReport } from '../protocol/daemon-api.ts';
import { toTabcachedError } from '../protocol/errors.ts';
import type { DaemonFrame, GoodbyeFrame, TokenRequest } from '../protocol/views.ts';
import type { Call } from './calls.ts';
import { createStatus } from './client-status.ts';
import type { Client, ConnectOptions } from './client.ts';
import type { Connection } from './connection.ts';
import type { LoadedEnvironment } from './env.ts';
import type { MediaCall } from './media-call.ts';
import type { NetworkReads } from './network-reads.ts';
import type { DaemonTarget } from './find-daemon.ts';
import { extendsLifetime } from './extended-lifetime.ts';
import { createMetrics } from './metrics.ts';
import { observeUpdates } from './observe-updates.ts';
import type { Host } from './open-host.ts';
import { supersededBy } from './superseded.ts';
import { reportPage } from './report-page.ts';
import type { Session } from './session.ts';
import { createTabViews, type TabViews } from './tab-views.ts';

/** What a client is assembled from. */
export interface ClientParts {
  readonly env: LoadedEnvironment;
  readonly userId: string;
  readonly tabId: string;
  readonly deadlineMs: number;
  readonly host: Pick<Host, 'kind'>;
  readonly buildId: string;
  /** To the daemon that lives. */
  readonly call: Call;
  readonly getToken: ConnectOptions['getToken'];
  /** Absolute. */
  readonly backend: string;
  readonly connection: Connection;
  readonly options: Pick<ConnectOptions, 'onMetric'>;
  /** When connecting began, by the environment's clock. */
  readonly connectedFromMs: number;
}

/** A client, and the wires that its connection pulls. */
export interface AssembledClient {
  readonly client: Client;
  /** Where frames go. */
  readonly views: TabViews;
  /** A session is up; `report` is what its daemon was told of the page. */
  up(session: Session, report: TabReport): void;
  /** A frame came. */
  receive(frame: Exclude<DaemonFrame, TokenRequest | GoodbyeFrame>): void;
  /** A daemon was chosen, and lets this tab in or not. */
  chosen(target: DaemonTarget, works: boolean): void;
  /** The user signed out; `wiped`: what this tab keeps goes as well. */
  signedOut(wiped: boolean): void;
  /** It has ended. */
  down(): void;
  /** No daemon can be had: begins to read from the network, unless it does or one is up. Resolves when that is settled; never rejects. */
  degrade(): Promise<void>;
}

/** A tab that has been up for so long loads what it needs without a daemon: on the day of a deploy the script may be gone from the server, and the daemon's with it. */
const LOAD_READS_AFTER_MS = 5_000;

/** Assembles a client. */
export function assembleClient({ env, userId, tabId, deadlineMs, host, buildId, call: toDaemon, getToken, backend, connection, options, connectedFromMs }: ClientParts): AssembledClient {
  let reads: NetworkReads | null = null;
  let over = false;
  const call: Call = (name, input) => (reads && connection.session() === null ? reads : { call: toDaemon }).call(name, input);
  const keeper = createStatus(() => host.kind);
  const status = keeper.source;
  const endReads = (): void => {
    if (!reads) return;
    reads.close();
    reads = null;
    keeper.degraded(false);
    views.down();
  };
  const isUp = (): boolean => reads !== null || connection.session() !== null;
  /** Ends the wait for loading what is needed when there is no daemon any more. */
  let cancelLoading: () => void = () => undefined;
  const views = createTabViews(env, userId, tabId, deadlineMs, createMetrics(env, call, options, connectedFromMs), isUp);
  const observers = new Set<() => void>();
  const client: Client = {
    userId,
    tabId,
    get host() {
      return reads ? 'none' : host.kind;
    },
    // A dedicated worker ends with its tab.
    get outlivesTabs() {
      return host.kind === 'shared-worker' && extendsLifetime();
    },
    status,
    tickets: views.tickets,
    outbox: views.outbox,
    tabs: views.tabs,
    notices: views.notices,
    chat: (requestId, { anchor = 'newest' } = {}) => views.chat(requestId, anchor),
    media: views.media,
    updates: {
      subscribe: (listener) => {
        const stop = observeUpdates(userId, listener);
        observers.add(stop);
        return () => {
          observers.delete(stop);
          stop();
        };
      },
    },
    stats: Object.assign(() => call('stats', {}), { subscribe: views.stats.subscribe, getSnapshot: views.stats.getSnapshot }),
    inspect: async () => ({ ...(await call('inspect', {})), host: client.host }),
    cache: {
      usage: () => call('cacheUsage', {}),
      getCacheSize: () => (call as MediaCall)('cacheSize', {}),
      limits: () => call('cacheLimits', {}),
      setLimits: (change) => call('cacheLimits', change),
      pinned: () => call('pinnedMedia', {}),
      drop: (requestId) => call('dropChat', { requestId }),
      clear: (range = {}) => call('clearCache', { ...range, preview: false }),
      preview: (range = {}) => call('clearCache', { ...range, preview: true }),
      downloadAll: (action) => call('downloadAll', { action }),
      download: views.download,
    },
    log: () => call('exportLog', {}),
    flight: () => call('exportFlight', {}),
    reloadWhenSafe: (isSafe) => {
      let stop: (() => void) | null = null;
      const end = (): void => {
        observers.delete(end);
        stop?.();
      };
      observers.add(end);
      // Loaded now: on the day of a deploy the script may be gone from the server.
      import('./reload-when-safe.ts').then(
        (part) => observers.has(end) && (stop = part.reloadWhenSafe(env, status, isSafe)),
        () => undefined,
      );
      return end;
    },
    signOut: async ({ wipe = false, confirmUnsent = 0 } = {}) => {
      // What is typed is kept, or counted.
      views.hide();
      const report = await call('signOut', { wipe, confirmUnsent }).catch((thrown: unknown) => {
        // Repeated after the daemon died under it: the next one knows that it was done, or finishes it.
        if (toTabcachedError(thrown).code !== 'SIGNED_OUT') throw thrown;
        return { signedOut: true, unsent: 0, drafts: 0, left: [] };
      });
      if (report.signedOut) connection.close('signed-out', wipe);
      return report;
    },
    close: () => {
      // Best effort: the daemon also sees the lease go.
      if (isUp()) void call('bye', {}).catch(() => undefined);
      over = true;
      cancelLoading();
      endReads();
      connection.close();
      for (const stop of observers) stop();
    },
  };
  let stopReports: () => void = () => undefined;
  const loadReads = () => import('./network-reads.ts').catch(() => null);
  return {
    client,
    views,
    up: (session, report) => {
      endReads();
      keeper.up(session.welcome.host);
      stopReports();
      stopReports = reportPage(env.page, report, (now) => session.rpc.call('report', now, deadlineMs));
      cancelLoading();
      cancelLoading = env.timers.after(LOAD_READS_AFTER_MS, () => void loadReads());
      views.up();
    },
    down: () => {
      stopReports();
      cancelLoading();
      keeper.down();
      views.down();
    },
    receive: (frame) => {
      if (frame.t === 'host') keeper.up(frame.host);
      else views.receive(frame);
    },
    chosen: (target, works) => keeper.superseded(supersededBy(target, { buildId, userId }, works)),
    signedOut: (wiped) => {
      cancelLoading();
      endReads();
      keeper.signedOut();
      views.forget(wiped);
      over = true;
    },
    degrade: async () => {
      if (isUp() || over) return;
      const part = await loadReads();
      if (!part || isUp() || over) return;
      reads = part.openNetworkReads({ env, backend, deadlineMs, tabId, getToken, onStale: views.receive });
      keeper.degraded(true);
      views.up();
    },
  };
}
