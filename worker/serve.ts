/**
 * `tabcached/serve`: makes the script that calls it the daemon's worker.
 *
 * Owns: the meeting of daemon, backend and real platform. A team with its own server writes a worker file of two lines: an import and
 * `serve({ backend })`.
 */
import type { Backend } from '../protocol/index.ts';
import { TabcachedError } from '../protocol/errors.ts';
import { acceptPorts } from './accept-ports.ts';
import type { BackendEnvironment } from './backend/backend-environment.ts';
import { createDaemon } from './daemon.ts';
import { createLives } from './lives.ts';
import { loadLobby } from './load-lobby.ts';
import { serveOnPort } from './port-session.ts';
import { realEnvironment, type OpenFiles } from './real-env.ts';

export type { BackendEnvironment } from './backend/backend-environment.ts';
export type { FileEntry, FileHost, FilePath } from './media/file-host.ts';
export type { OpenFiles } from './real-env.ts';
export { createHttpBackend } from './backend/http-backend.ts';

/** How long the worker of a daemon that stopped stays, so that what it posted arrives. */
const STOPPED_MS = 50;

/** What a worker serves with. */
export interface ServeOptions {
  /** Makes the backend, once per daemon, when the first tab has said with which settings. */
  readonly backend: (env: BackendEnvironment) => Backend;
  /** Opens the user's files, for `mediaStore: 'files'`. Default: the browser's origin-private file system. A desktop gives its own. */
  readonly files?: OpenFiles;
}

/**
 * Starts the daemon. To be called once, in the script of a SharedWorker, or of the dedicated worker that stands in for it, before anything
 * is awaited there: tabs that connect earlier are not heard. Throws `HOST_UNAVAILABLE` in any other scope.
 */
export function serve({ backend, files }: ServeOptions): void {
  const scope = globalThis as unknown as SharedWorkerGlobalScope & typeof globalThis;
  const shared = 'onconnect' in scope;
  if (!shared && !('DedicatedWorkerGlobalScope' in scope)) throw new TabcachedError('HOST_UNAVAILABLE', 'serve() belongs in the script of a worker.');
  acceptPorts(scope, shared ? 'onconnect' : 'onmessage', (identity) => {
    const env = realEnvironment(scope, files);
    // Goodbyes are still on their way. A worker whose daemon has stopped would be in the way of the next one of its name.
    const onStopped = (): void => void env.timers.after(STOPPED_MS, () => scope.close());
    const { connect } = createLives((before) => createDaemon({ env, identity, createBackend: backend, url: scope.location.href, before, onStopped }));
    if (!shared) void loadLobby(env, { env, identity, serve: (wire) => serveOnPort(wire, connect), openChannel: (name) => new BroadcastChannel(name) });
    return connect;
  });
}
