/** Dedicated workers of tabs, each with a fake daemon in it, and the lobby in which other tabs ask for a line. */
import { lobbyChannel, type LineMessage, type LobbyMessage } from '../../protocol/lobby.ts';
import { parseWorkerName, type WorkerIdentity } from '../../protocol/names.ts';
import type { FakeDaemon } from './fake-daemon.ts';

/** A daemon that was just started in a worker, and how ports and channels reach it. */
export interface StartedDaemon {
  readonly daemon: FakeDaemon;
  connect(port: MessagePort): void;
}

/** A dedicated worker as its tab sees it. `terminate` kills the daemon in it. */
export function fakeDedicatedWorker(name: string, start: (name: string) => StartedDaemon): Worker {
  const { daemon, connect } = start(name);
  const life = daemon.epoch;
  const lines = new Map<string, BroadcastChannel>();
  const lobby = new BroadcastChannel(lobbyChannel(parseWorkerName(name) as WorkerIdentity));
  lobby.onmessage = (event) => {
    const data = event.data as LobbyMessage;
    if (data.t !== 'join' || daemon.isSilent()) return;
    let line = lines.get(data.line);
    if (!line) {
      line = new BroadcastChannel(data.line);
      lines.set(data.line, line);
      connect(line as unknown as MessagePort);
    }
    line.postMessage({ t: 'open', life } satisfies LineMessage);
  };
  lobby.postMessage({ t: 'here', life } satisfies LobbyMessage);
  const end = (): void => {
    daemon.kill();
    lobby.close();
    for (const line of lines.values()) line.close();
  };
  return {
    postMessage: (_message: unknown, [port]: [MessagePort]) => connect(port),
    addEventListener: () => undefined,
    terminate: end,
  } as unknown as Worker;
}
