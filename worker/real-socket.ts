/** The socket port over a browser's WebSocket. */
import type { Socket } from './env.ts';

/** Close code of a connection that ended without one. */
const ABNORMAL = 1006;

/** A socket as the push link uses it. What is sent after its end is dropped, as it would be on the way. */
export function wrapSocket(webSocket: WebSocket): Socket {
  const socket: Socket = {
    onOpen: () => undefined,
    onText: () => undefined,
    onClose: () => undefined,
    send: (text) => {
      if (webSocket.readyState === webSocket.OPEN) webSocket.send(text);
    },
    close: () => webSocket.close(),
  };
  webSocket.onopen = () => socket.onOpen();
  // Binary data is no frame; the empty text says so to whoever checks frames.
  webSocket.onmessage = ({ data }) => socket.onText(typeof data === 'string' ? data : '');
  // `error` tells nothing, and `close` always follows it.
  webSocket.onclose = ({ code }) => socket.onClose(code || ABNORMAL);
  return socket;
}
