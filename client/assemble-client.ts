/**
 * The client that an application is given, over a connection that is up.
 *
 * Owns: what each of its members does. It is loaded beside the handshake and not with the first bundle, because nothing of it can be used
 * before a daemon has answered.
 */
import type { TabReport } from '../protocol/daemon-api.ts';
import { toTabcachedError } from '../protocol/errors.ts';
import type { Call } from './calls.ts';
import type { Client, ClientStatus, ConnectOptions } from './client.ts';
import type { Connection } from './connection.ts';
import type { LoadedEnvironment } from './env.ts';
import { extendsLifetime } from './extended-lifetime.ts';
import { createMetrics } from './metrics.ts';
import { observeUpdates } from './observe-updates.ts';
import type { Host } from './open-host.ts';
import type { Source } from './source.ts';
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
  readonly status: Source<ClientStatus>;
  readonly call: Call;
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
  /** It has ended. */
  down(): void;
}

/** Assembles a client. */
export function assembleClient({ env, userId, tabId, deadlineMs, host, status, call, connection, options, connectedFromMs }: ClientParts): AssembledClient {
  const isUp = (): boolean => connection.session() !== null;
  const views = createTabViews(env, userId, tabId, deadlineMs, createMetrics(env, call, options, connectedFromMs), isUp);
  const observers = new Set<() => void>();
  const client: Client = {
    userId,
    tabId,
    get host() {
      return host.kind;
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
    inspect: () => call('inspect', {}),
    cache: {
      usage: () => call('cacheUsage', {}),
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
      connection.close();
      for (const stop of observers) stop();
    },
  };
  let stopReports: () => void = () => undefined;
  return {
    client,
    views,
    up: (session, report) => {
      stopReports();
      stopReports = reportPage(env.page, report, (now) => session.rpc.call('report', now, deadlineMs));
      views.up();
    },
    down: () => {
      stopReports();
      views.down();
    },
  };
}
