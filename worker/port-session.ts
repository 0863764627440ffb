/**
 * A tab's line over a MessagePort or a channel: the one place of the worker that knows Comlink.
 *
 * Owns: the port. Calls come in as Comlink's objects and are answered likewise; frames go out as strings on the same port. Each side
 * passes over what is not its own. Does not know what calls mean, nor whether the tab still lives: no event tells that a port's other
 * end is gone, so the daemon watches the tab's lease.
 */
import { expose, finalizer, type Endpoint } from 'comlink';
import type { DaemonEndpoint } from '../protocol/daemon-api.ts';
import type { Connect } from './connection.ts';

/** A tab's line that is open. */
export interface PortSession {
  /** Closes the connection and the port; idempotent. */
  close(): void;
}

/** What carries a line: a MessagePort, or a channel that only the tab and this worker use. */
export type Wire = MessagePort | BroadcastChannel;

/** Opens a line on a port and starts it. The tab ends it by releasing its proxy, the worker by `close`. */
export function serveOnPort(port: Wire, connect: Connect): PortSession {
  let closed = false;
  const listening: (readonly [string, EventListenerOrEventListenerObject])[] = [];
  const connection = connect((frame) => {
    if (!closed) port.postMessage(frame);
  });
  const close = (): void => {
    if (closed) return;
    closed = true;
    for (const [type, listener] of listening) port.removeEventListener(type, listener);
    port.close();
    connection.close();
  };
  const endpoint: DaemonEndpoint & { [finalizer](): void } = {
    call: (name, input) => connection.call(name, input),
    [finalizer]: close,
  };
  expose(Object.freeze(endpoint), keepListeners(port, listening, () => closed));
  return { close };
}

/** The port as Comlink sees it; Comlink keeps its listeners to itself, so they are noted here, to be removed one day. */
function keepListeners(port: Wire, listening: (readonly [string, EventListenerOrEventListenerObject])[], isClosed: () => boolean): Endpoint {
  return {
    // Nothing of tabcached is transferred; a channel could not. A closed channel throws, where a closed port is silent.
    postMessage: (message) => {
      if (!isClosed()) port.postMessage(message);
    },
    addEventListener: (type, listener) => {
      listening.push([type, listener]);
      port.addEventListener(type, listener);
    },
    removeEventListener: (type, listener) => port.removeEventListener(type, listener),
    start: () => 'start' in port && port.start(),
  };
}
