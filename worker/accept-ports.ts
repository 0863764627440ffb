/**
 * The ports of a worker: every one that comes gets a line to the one daemon. A SharedWorker is given one by each tab, a dedicated worker
 * by the tab that hosts it (other tabs come through the lobby).
 *
 * Owns: that no tab is missed, and that each one is answered, also by a worker that cannot serve it. Does not know what a daemon is made
 * from.
 */
import { TabcachedError, toWireError } from '../protocol/errors.ts';
import { parseWorkerName, type WorkerIdentity } from '../protocol/names.ts';
import type { Connect } from './connection.ts';
import { serveOnPort } from './port-session.ts';

/** What is used of a worker's global scope: ports come with `onconnect` in a SharedWorker, with `onmessage` in a dedicated one. */
export interface PortScope {
  readonly name: string;
  onconnect?: ((event: MessageEvent) => unknown) | null;
  onmessage?: ((event: MessageEvent) => unknown) | null;
}

/** Accepts ports from now on. `start` is called once, with the identity in the worker's name; nothing is awaited. */
export function acceptPorts(scope: PortScope, event: 'onconnect' | 'onmessage', start: (identity: WorkerIdentity) => Connect): void {
  // Before anything that may fail: a tab whose `connect` nobody heard would wait for ever.
  let connect: Connect = refuse(new TabcachedError('HOST_UNAVAILABLE', 'The worker is not ready.'));
  scope[event] = ({ ports }) => {
    for (const port of ports) serveOnPort(port, (post) => connect(post));
  };
  try {
    const identity = identityOf(scope.name);
    connect = identity ? start(identity) : refuse(foreignName(scope.name));
  } catch (thrown) {
    connect = refuse(thrown);
  }
}

function identityOf(name: string): WorkerIdentity | null {
  try {
    return parseWorkerName(name);
  } catch {
    // Not a name that `workerName` has written.
    return null;
  }
}

const foreignName = (name: string): TabcachedError =>
  new TabcachedError('INVALID', `"${name}" is no name of a worker: pass on the one that createWorker is given.`);

/** Answers every call with the same error. */
function refuse(error: unknown): Connect {
  const answer = { ok: false, error: toWireError(error) } as const;
  return () => ({ call: async () => answer, close: () => undefined });
}
