/** A push link over the fake network, with everything that it tells its daemon. */
import type { PushEvents, PushLink } from '../../protocol/index.ts';
import { openHttpPush } from '../backend/push-link.ts';
import { fakeBackendWorld, type FakeBackendWorld, type ServerSocket } from './fake-network.ts';

/** The first frame of a server that accepts the token. */
export const welcome = { type: 'welcome', n: 1, userId: 'u1' };
/** A sign of life. */
export const ping = (n: number): object => ({ type: 'ping', n });

/** A link that a test plays the server for. */
export interface Heard extends FakeBackendWorld {
  readonly link: PushLink;
  /** What the daemon was told, in order. */
  readonly heard: unknown[];
  /** The newest socket. */
  socket(): ServerSocket;
  /** Opens and welcomes the newest socket. */
  attach(): Promise<void>;
}

/** A link whose pauses are as long as they may be, unless `random` says otherwise. */
export function startPushLink(random = 1, prepare: (world: FakeBackendWorld) => void = () => undefined, wrap: (events: PushEvents) => PushEvents = (events) => events): Heard {
  const world = fakeBackendWorld(random);
  prepare(world);
  const heard: unknown[] = [];
  const link = openHttpPush(
    world.env,
    wrap({
      onOpen: (userId) => heard.push(`open ${userId}`),
      onFrame: (frame) => heard.push(frame),
      onMalformed: (reason) => heard.push(`malformed ${reason}`),
      onDown: (code) => heard.push(`down ${code}`),
    }),
  );
  const socket = (): ServerSocket => world.sockets.at(-1) as ServerSocket;
  const attach = async (): Promise<void> => {
    await world.time.settle();
    socket().accept();
    socket().send(welcome);
  };
  return { ...world, link, heard, socket, attach };
}
