/** A push connection for tests: keeps every frame, waits for conditions instead of times. */
import WebSocket from 'ws';
import type { PushFrame } from '../../../protocol/index.ts';

/** One connection. */
export interface PushClient {
  /** Everything that arrived, in order. */
  readonly frames: readonly PushFrame[];
  readonly socket: WebSocket;
  /** Close code. */
  readonly closed: Promise<number>;
  /** Resolves with the frames as soon as the condition holds; rejects when the connection is closed before. */
  until(done: (frames: readonly PushFrame[]) => boolean): Promise<readonly PushFrame[]>;
  send(frame: unknown): void;
  close(): void;
}

/** Connects to a server's origin and says hello with that token, or with that text as it is. */
export async function connectPush(origin: string, hello: { readonly token: string | undefined } | string): Promise<PushClient> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/v1/push`);
  const frames: PushFrame[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)) as PushFrame);
    for (const look of waiting) look();
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.send(typeof hello === 'string' ? hello : JSON.stringify({ type: 'hello', token: hello.token }));
  return {
    frames,
    socket,
    closed,
    until: (done) =>
      new Promise((resolve, reject) => {
        void closed.then((code) => reject(new Error(`The connection was closed with ${code}.`)));
        const look = (): void => {
          if (!done(frames)) return;
          waiting.delete(look);
          resolve(frames);
        };
        waiting.add(look);
        look();
      }),
    send: (frame) => socket.send(JSON.stringify(frame)),
    close: () => socket.close(),
  };
}

/** Frames that are changes of one chat. */
export const changesOf = (frames: readonly PushFrame[], requestId: string): Extract<PushFrame, { type: 'change' }>[] =>
  frames.filter((frame): frame is Extract<PushFrame, { type: 'change' }> => frame.type === 'change' && frame.requestId === requestId);
