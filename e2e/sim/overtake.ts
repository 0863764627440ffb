/**
 * What changes on the server between reading an answer and its arrival.
 *
 * Owns: the choice, from what the answer speaks about, so that whoever trusts the answer shows something that is over.
 */
import { choose, mayChange } from './choose.ts';
import type { SentRequest } from './network.ts';
import { createRandom } from './random.ts';
import type { World } from './world.ts';

interface Told {
  readonly messages?: readonly unknown[];
  readonly changes?: readonly { readonly message?: unknown }[];
}

const sequenceOf = (row: unknown): number => (row as { readonly sequenceNumber?: number } | undefined)?.sequenceNumber ?? 0;

/** Changes a chat that the answer is about: mostly one of its messages, sometimes a new one. */
export function overtake(world: World, { detail }: SentRequest, answer: unknown, salt: number): void {
  const random = createRandom(salt, 11);
  const { server } = world;
  const requestId = (detail as { readonly requestId?: string } | null)?.requestId;
  const chat = (requestId === undefined ? undefined : server.chats.get(requestId)) ?? choose([...server.chats.values()], salt);
  if (!chat || !mayChange(world, chat)) return;
  const { messages = [], changes = [] } = (answer ?? {}) as Told;
  const told = [...messages.map(sequenceOf), ...changes.map((change) => sequenceOf(change.message))].filter((sequence) => chat.messages.has(sequence));
  const sequence = choose(told, random.int(2 ** 16));
  const luck = random.next();
  if (sequence === undefined || luck < 0.2) server.append(chat.id, world.newText());
  else if (luck < 0.6) server.edit(chat.id, sequence, world.newText());
  else server.remove(chat.id, sequence);
  world.log.add(`overtaken: ${chat.id[0]} ${sequence ?? 'new'}, revision ${chat.revision}`);
}
