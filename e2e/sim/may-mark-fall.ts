/** When a read mark may go back, and how far. */
import type { World } from './world.ts';

/** Whether the mark of a chat may go back to `mark`. */
export const mayMarkFall = (world: World, requestId: string, mark: number): boolean =>
  world.markMayFall.has(requestId) || (world.markMayFollow.has(requestId) && mark >= (world.server.chats.get(requestId)?.lastRead ?? 0));
