/** A tab with one chat view, open. */
import type { ChatView } from '../api/chat.ts';
import type { Client } from '../client.ts';
import type { FakeDaemon } from './fake-daemon.ts';
import { CHAT, snapshotOf, until } from './tab.ts';

/** Sequences of the messages that a view shows; a gap is the negative of its end. */
export const shown = (view: ChatView): number[] =>
  view.getSnapshot().items.map((item) => (item.type === 'message' ? item.message.sequenceNumber : -item.endSeq));

/** Opens a view on a window that follows the end of the chat, as of version 1. */
export async function openTail(client: Client, daemon: FakeDaemon, from: number, to: number): Promise<ChatView> {
  daemon.script.openChat = () => JSON.stringify(snapshotOf(1, from, to));
  const view = client.chat(CHAT);
  view.subscribe(() => undefined);
  await until(() => view.getSnapshot().ready);
  return view;
}
