/** Actions of the server and of the others who use it. */
import type { ActionKind } from './action.ts';
import { choose, chatOf, mayChange, nameOf } from './choose.ts';
import type { Perform } from './perform.ts';
import { SIM_USER } from './world.ts';

/** What the disk had no room for is written by then, if there is room. */
const WRITTEN_MS = 20_000;

/** See the head of the file. */
export const serverActions = {
  append: (world, { a, b, c }) => {
    const chat = chatOf(world, a);
    const count = 1 + (b % 3);
    if (!mayChange(world, chat, count)) return null;
    const from = c % 6 === 0 ? SIM_USER : 'somebody';
    for (let i = 0; i < count; i++) world.server.append(chat.id, world.newText(), from);
    return `${nameOf(chat)}: ${from} writes ${count}, head ${chat.head}`;
  },
  burst: (world, { a, b }) => {
    const chat = chatOf(world, a);
    const count = b % 3 === 0 ? 60 + (b % 200) : 301 + (b % 120);
    if (!mayChange(world, chat, count)) return null;
    for (let i = 0; i < count; i++) world.server.append(chat.id, world.newText());
    return `${nameOf(chat)}: ${count} messages arrive, head ${chat.head}`;
  },
  change: (world, { a, b, c }) => {
    const chat = chatOf(world, a);
    const sequence = choose([...chat.messages.keys()].slice(c % 2 === 0 ? -12 : 0), b);
    if (sequence === undefined || !mayChange(world, chat)) return null;
    world.server.edit(chat.id, sequence, world.newText());
    return `${nameOf(chat)}: ${sequence} is edited`;
  },
  remove: (world, { a, b, c }) => {
    const chat = chatOf(world, a);
    const sequence = choose([...chat.messages.keys()].slice(c % 2 === 0 ? -12 : 0), b);
    if (sequence === undefined || !mayChange(world, chat)) return null;
    world.server.remove(chat.id, sequence);
    return `${nameOf(chat)}: ${sequence} is deleted`;
  },
  skip: (world, { a }) => {
    const chat = chatOf(world, a);
    if (!mayChange(world, chat)) return null;
    world.server.skip(chat.id);
    return `${nameOf(chat)}: sequence ${chat.head} stays empty`;
  },
  hide: (world, { a }) => {
    const chat = chatOf(world, a);
    if (!mayChange(world, chat)) return null;
    return `${nameOf(chat)}: internal note at ${world.server.appendHidden(chat.id, world.newText())}`;
  },
  bad: (world, { a, b, c }) => {
    const chat = chatOf(world, a);
    if (!mayChange(world, chat)) return null;
    const sequence = c % 2 === 0 ? undefined : choose([...chat.messages.keys()].slice(-12), b);
    if (sequence === undefined) {
      world.server.append(chat.id, '');
      return `${nameOf(chat)}: a row without text at ${chat.head}`;
    }
    world.server.edit(chat.id, sequence, '');
    return `${nameOf(chat)}: ${sequence} loses its text`;
  },
  reset: (world, { a, b }) => {
    const chat = chatOf(world, a);
    const { mirror } = world;
    const now = world.time.clock.now();
    const quiet = now >= world.durable.failWritesUntilAt && now >= world.durable.failReadsUntilAt && world.time.elapsedMs() - world.media.fullAt > WRITTEN_MS;
    const stored = mirror.chats.get(chat.id);
    const rows = [...(stored?.rows.values() ?? [])];
    const claimed = Number(stored?.meta?.serverRevision ?? 0);
    if (!world.listed) return null;
    // What is held beyond the claimed revision could not be found wrong: no answer of the restored server contradicts it.
    if (rows.some((row) => row._revision > claimed) || !quiet || world.unnoticed.has(chat.id) || chat.revision < 4) return null;
    const from = claimed || chat.revision;
    const to = Math.max(1, from - 1 - (b % Math.max(1, Math.min(40, from - 1))));
    if (to >= chat.revision) return null;
    world.network.cut();
    const before = chat.revision;
    world.server.restoreTo(chat.id, to);
    world.restoredAt.set(chat.id, now);
    if (claimed > to) world.unnoticed.set(chat.id, claimed);
    // A list whose cursor is refused is told anew, of every chat.
    world.markMayFall.add(chat.id);
    for (const id of world.server.chats.keys()) world.markMayFollow.add(id);
    world.time.timers.after(200, () => world.network.restore());
    return { text: `${nameOf(chat)}: restored from a backup, revision ${before} -> ${to}, head ${chat.head}`, waitMs: 250 };
  },
  forget: (world, { a }) => {
    const chat = chatOf(world, a);
    world.server.forget(chat.id);
    return `${nameOf(chat)}: changes up to ${chat.revision} are forgotten`;
  },
  access: (world, { a }) => {
    const chat = chatOf(world, a);
    world.markMayFall.add(chat.id);
    world.server.setAccess(chat.id, chat.denied);
    return `${nameOf(chat)}: access ${chat.denied ? 'lost' : 'regained'}`;
  },
  role: (world, { a, b }) => {
    const chat = chatOf(world, a);
    if (!mayChange(world, chat)) return null;
    world.server.setRole(chat.id, b % 2 === 0);
    return `${nameOf(chat)}: internal notes are ${b % 2 === 0 ? 'shown to' : 'hidden from'} the user`;
  },
  readElsewhere: (world, { a, b }) => {
    const chat = chatOf(world, a);
    const upTo = chat.head === 0 ? 0 : 1 + (b % chat.head);
    if (upTo === 0) return null;
    world.server.readElsewhere(chat.id, upTo);
    return `${nameOf(chat)}: read up to ${upTo} on another device`;
  },
} satisfies Partial<Record<ActionKind, Perform>>;
