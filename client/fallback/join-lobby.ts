/**
 * A tab's way to a daemon that another tab hosts: a channel of its own, asked for in the lobby.
 *
 * Owns: the channel, its lock (by which the worker sees that the tab is gone) and the asking. Does not know elections, nor what is said
 * on the line.
 */
import { lineChannel, lobbyChannel, type LineMessage, type LobbyMessage } from '../../protocol/lobby.ts';
import type { WorkerIdentity } from '../../protocol/names.ts';
import type { Environment } from '../env.ts';
import type { FallbackPlatform } from './fallback-platform.ts';

/** How often a tab without an answer asks again. A worker that comes up says so; this is for a message that was lost. */
const ASK_AGAIN_MS = 1_000;

/** What a tab in the lobby is told. */
export interface LobbyEvents {
  /** The worker listens on the channel. Called once. */
  onOpen(channel: BroadcastChannel): void;
  /** Another worker has come up than the one that opened the line: that one is dead. */
  onReplaced(): void;
}

/** Asks until answered or aborted. After the abort nothing of it is left. */
export function joinLobby(
  env: Pick<Environment, 'locks' | 'timers' | 'ids'> & Pick<FallbackPlatform, 'openChannel'>,
  worker: WorkerIdentity,
  signal: AbortSignal,
  events: LobbyEvents,
): void {
  const line = lineChannel(env.ids.short());
  let life: string | null = null;

  const ask = async (): Promise<void> => {
    const lock = await env.locks.hold(line, signal);
    if (signal.aborted) return lock.release();
    const channel = env.openChannel(line);
    const lobby = env.openChannel(lobbyChannel(worker));
    let cancelTimer: () => void = () => undefined;
    const join = (): void => {
      cancelTimer();
      lobby.postMessage({ t: 'join', line } satisfies LobbyMessage);
      cancelTimer = env.timers.after(ASK_AGAIN_MS, join);
    };
    channel.addEventListener('message', ({ data }: MessageEvent<LineMessage>) => {
      if (data.t !== 'open' || life !== null) return;
      life = data.life;
      cancelTimer();
      events.onOpen(channel);
    });
    lobby.addEventListener('message', ({ data }: MessageEvent<LobbyMessage>) => {
      if (data.t !== 'here') return;
      if (life === null) join();
      else if (life !== data.life) events.onReplaced();
    });
    signal.addEventListener('abort', () => {
      cancelTimer();
      channel.postMessage({ t: 'close' } satisfies LineMessage);
      channel.close();
      lobby.close();
      lock.release();
    });
    join();
  };
  // Rejects only when it was aborted.
  ask().catch(() => undefined);
}
