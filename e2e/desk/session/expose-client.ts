/** The desk's client, for tests and for whoever opens the console: `tabcached.stats()` tells what the shared daemon does. */
import type { Client } from 'tabcached';

declare global {
  interface Window {
    tabcached?: Client;
  }
}

/** Puts a client where tests and people find it; returns the undo. */
export function exposeClient(client: Client): () => void {
  window.tabcached = client;
  return () => {
    if (window.tabcached === client) delete window.tabcached;
  };
}
