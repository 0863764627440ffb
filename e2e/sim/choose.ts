/** Which chat, message or tab the numbers of an action mean. */
import type { ModelChat } from '../../worker/testing/model-server.ts';
import type { SimChat } from './sim-chat.ts';
import type { SimTab } from './sim-tab.ts';
import type { World } from './world.ts';

/** One of a list, or undefined when it is empty. */
export const choose = <T>(list: readonly T[], number: number): T | undefined => (list.length === 0 ? undefined : list[number % list.length]);

/** A chat of the server. */
export const chatOf = (world: World, number: number): ModelChat => choose([...world.server.chats.values()], number) as ModelChat;

/** A chat as a person calls it. */
export const nameOf = (chat: { readonly id: string }): string => `chat ${chat.id[0]}`;

/** A tab that is there, not frozen, and has been welcomed. */
export const tabOf = (world: World, number: number): SimTab | undefined => choose(world.tabs.filter((tab) => tab.isReady() && !tab.isFrozen()), number);

/** A tab as a person calls it. */
export const tabName = (world: World, tab: SimTab): string => `tab ${world.tabs.indexOf(tab) + 1}`;

/** A chat that is open in some tab that can act. */
export function openChatOf(world: World, number: number, second: number): { readonly tab: SimTab; readonly chat: SimChat } | undefined {
  const tab = choose(world.tabs.filter((each) => each.isReady() && !each.isFrozen() && each.chats.size > 0), number);
  const chat = tab && choose([...tab.chats.values()], second);
  return tab && chat ? { tab, chat } : undefined;
}

/**
 * May the server change that chat now? After a restore from a backup it may not get back to revisions that the client knows from before:
 * no client could tell the difference.
 */
export function mayChange(world: World, chat: ModelChat, revisions = 1): boolean {
  const ceiling = world.unnoticed.get(chat.id);
  return ceiling === undefined || chat.revision + revisions < ceiling;
}
