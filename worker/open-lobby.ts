/**
 * Lines for tabs that do not host this worker: each asks in the lobby and gets a channel of its own.
 *
 * Owns: the lobby of one worker, and the channels that were asked for. A channel is closed when its tab says so, or when the tab's lock of
 * the channel's name is free: closed, crashed, navigated. Also the lock by which the leader's page sees that the worker lives while no
 * daemon does. A part of its own: only the dedicated worker of a leader needs it.
 */
import { isLineChannel, lobbyChannel, workerLock, type LineMessage, type LobbyMessage } from '../protocol/lobby.ts';
import type { WorkerIdentity } from '../protocol/names.ts';
import type { Environment } from './env.ts';
import type { PortSession, Wire } from './port-session.ts';

/** What a lobby needs to know. */
export interface LobbySetup {
  readonly env: Pick<Environment, 'locks' | 'ids'>;
  readonly identity: WorkerIdentity;
  /** Serves a line, as `serveOnPort` does. */
  serve(wire: Wire): PortSession;
  /** Opens a channel of that name, one of the browser's own. */
  openChannel(name: string): BroadcastChannel;
}

/** Opens the lobby and tells tabs that already wait. The undo closes it and every line. */
export function openLobby({ env, identity, serve, openChannel }: LobbySetup): () => void {
  const life = env.ids.short();
  const lines = new Map<string, { readonly channel: BroadcastChannel; readonly close: () => void }>();
  const lobby = openChannel(lobbyChannel(identity));
  const over = new AbortController();
  const lock = env.locks.hold(workerLock(identity, life), { signal: over.signal });

  const admit = (name: string): void => {
    const channel = openChannel(name);
    const gone = new AbortController();
    const session = serve(channel);
    const close = (): void => {
      if (!lines.delete(name)) return;
      gone.abort();
      session.close();
    };
    lines.set(name, { channel, close });
    channel.addEventListener('message', ({ data }: MessageEvent<LineMessage>) => {
      if ((data as LineMessage | null)?.t === 'close') close();
    });
    env.locks.whenFree(name, gone.signal).then(close, () => undefined);
  };

  lobby.addEventListener('message', ({ data }: MessageEvent<LobbyMessage>) => {
    if ((data as LobbyMessage | null)?.t !== 'join' || !('line' in data) || !isLineChannel(data.line)) return;
    if (!lines.has(data.line)) admit(data.line);
    lines.get(data.line)?.channel.postMessage({ t: 'open', life } satisfies LineMessage);
  });
  lobby.postMessage({ t: 'here', life } satisfies LobbyMessage);

  return () => {
    over.abort();
    lock.then((held) => held.release(), () => undefined);
    lobby.close();
    for (const { close } of [...lines.values()]) close();
  };
}
