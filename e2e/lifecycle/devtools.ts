/**
 * The DevTools protocol of a browser, spoken directly: Playwright's pages always say that they are visible, and are never frozen, cached or
 * discarded.
 *
 * Owns: one socket, the numbering of commands.
 */
import { WebSocket } from 'ws';

/** A target as the browser lists it. */
export interface Target {
  readonly targetId: string;
  readonly type: string;
  readonly url: string;
}

/** The connection. */
export interface Devtools {
  /** Answer to a command, of the browser or of an attached session. Rejects with the browser's error, and when the connection ends. */
  send<T = unknown>(method: string, params?: Readonly<Record<string, unknown>>, sessionId?: string): Promise<T>;
  targets(type: string): Promise<readonly Target[]>;
  close(): void;
}

/** Connects to a browser's `ws:` address. */
export async function connectDevtools(address: string): Promise<Devtools> {
  const socket = new WebSocket(address, { perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  socket.on('message', (data: Buffer) => {
    const { id, result, error } = JSON.parse(data.toString('utf8')) as { id?: number; result?: unknown; error?: { message: string } };
    const entry = waiting.get(id ?? 0);
    waiting.delete(id ?? 0);
    if (error) entry?.reject(new Error(error.message));
    else entry?.resolve(result);
  });
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('The browser is gone.'));
    waiting.clear();
  });
  const send: Devtools['send'] = <T>(method: string, params: Readonly<Record<string, unknown>> = {}, sessionId?: string) =>
    new Promise<T>((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { resolve: (value) => resolve(value as T), reject });
      socket.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
    });
  return {
    send,
    targets: async (type) => {
      const { targetInfos } = await send<{ targetInfos: readonly Target[] }>('Target.getTargets', { filter: [{ type }] });
      return targetInfos;
    },
    close: () => socket.close(),
  };
}
