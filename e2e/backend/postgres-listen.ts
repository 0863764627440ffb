/**
 * Listening to PostgreSQL on a connection of its own.
 *
 * Owns: that connection, connecting again after a loss, and telling of the gap. Does not know what is notified.
 */
import postgres from 'postgres';
import type { Listener } from './database.ts';

/** Pause before the next attempt to connect. */
const RETRY_MS = 500;

/** How these connections are called in `pg_stat_activity`. */
export const LISTENER = 'tabcached listener';

/** Starts listening. Rejects when the first attempt fails. Answers the undo, which is idempotent. */
export async function listenToPostgres(url: string, channel: string, listener: Listener): Promise<() => Promise<void>> {
  let stopped = false;
  let link: postgres.Sql | null = null;
  let retry: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const options = {
      max: 1,
      idle_timeout: 0,
      max_lifetime: null,
      fetch_types: false,
      connect_timeout: 5,
      connection: { application_name: LISTENER },
      // Missing in the package's types. Its own `listen` gives up when it cannot connect again at once.
      onnotify: (_channel: string, payload: string) => link === opened && listener.onPayload(payload),
      onclose: () => link === opened && reconnect(),
    };
    const opened: postgres.Sql = postgres(url, options);
    link = opened;
    try {
      await opened.unsafe(`listen "${channel}"`);
    } catch (error) {
      if (link === opened) link = null;
      await opened.end({ timeout: 0 });
      throw error;
    }
  };

  const reconnect = (): void => {
    const lost = link;
    link = null;
    void lost?.end({ timeout: 0 });
    if (stopped) return;
    retry = setTimeout(() => {
      connect().then(
        () => listener.onGap(),
        () => reconnect(),
      );
    }, RETRY_MS);
  };

  await connect();
  return async () => {
    stopped = true;
    clearTimeout(retry);
    const last = link;
    link = null;
    await last?.end({ timeout: 1 });
  };
}
