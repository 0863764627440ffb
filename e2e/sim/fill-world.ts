/** What a world begins with: the server's chats and files, and its pings. */
import { drawContent } from './media-world.ts';
import { createRandom } from './random.ts';
import { SIM_USER, type World } from './world.ts';

/** How often the server tells the number of its last frame. */
export const PING_MS = 25_000;

/** Fills it. */
export function fillWorld({ regime, server, media, time }: World, seed: number): void {
  regime.chats.forEach((count, at) => {
    const id = `${at + 1}`.repeat(8) + '-1111-4111-8111-111111111111';
    server.createChat(id, `Chat ${at + 1}`);
    for (let i = 1; i <= count; i++) server.append(id, `old ${i}`, i % 7 === 0 ? SIM_USER : 'somebody');
  });
  if (regime.media) {
    const fileRandom = createRandom(seed, 13);
    for (const { id } of server.chats.values()) for (let i = 0; i < regime.media.files; i++) media.attach(id, drawContent(media, regime.media, fileRandom), fileRandom.int(2 ** 16));
  }
  const ping = (): void => {
    server.ping();
    time.timers.after(PING_MS, ping);
  };
  time.timers.after(PING_MS, ping);
}
