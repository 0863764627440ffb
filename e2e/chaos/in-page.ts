/**
 * What a chaos run does inside a tab. Every function here travels to the page as text: it may use nothing but its argument and the page.
 *
 * Owns: pressing send again until there is an answer, watching what is on the screen at every moment, reading all that a tab shows.
 */
import type { ChatViewState, Client } from 'tabcached';

/** What the page can tell and ask of the run. */
declare global {
  interface Window {
    chaosBroken?: (promise: string, text: string) => Promise<void>;
    chaosTickets?: () => Promise<readonly string[]>;
  }
}

/** Presses send, and again under the same id while the answer is that it may be repeated. Answers `accepted`, `memory` (kept in memory alone), or a code. */
export async function pressSend(message: { readonly requestId: string; readonly id: string; readonly content: string }): Promise<string> {
  for (;;) {
    const chat = window.tabcached?.chat(message.requestId);
    const answer = await chat?.send({ content: message.content, clientTempId: message.id, keepDraft: true }).then(
      ({ durable }) => (durable ? 'accepted' : 'memory'),
      (error: { readonly code: string; readonly retryable: boolean }) => (error.retryable ? null : error.code),
    );
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What {@link act} does; `id` and `content` of a message that waits. */
export interface Order {
  readonly requestId: string;
  readonly what: 'edit' | 'discard' | 'read' | 'older';
  readonly id?: string;
  readonly content?: string;
}

/** Edits or discards what waits, marks as read, loads older messages. Answers `ok` or a code. */
export async function act(order: Order): Promise<string> {
  const { requestId, what, id = '', content = '' } = order;
  const client = window.tabcached;
  if (!client) return 'CLOSED';
  const chat = client.chat(requestId);
  const rows = chat.getSnapshot().items.flatMap((item) => (item.type === 'message' && item.message.sequenceNumber < 2 ** 52 ? [item.message.sequenceNumber] : []));
  const done = { edit: () => client.outbox.edit(id, content), discard: () => client.outbox.discard(id), read: () => chat.markRead(rows.at(-1) ?? 0), older: () => chat.loadOlder() }[what]();
  return done.then(
    () => 'ok',
    (error: { readonly code?: string }) => error.code ?? String(error),
  );
}

/**
 * Subscribes every client of a page to the run's chats, and looks at each state they show: one bubble per message, ascending, no row inside
 * a gap.
 */
export function watchScreen(): void {
  let watched: Client | undefined;
  const look = (requestId: string, { items }: ChatViewState): void => {
    const tell = (promise: string, text: string): void => void window.chaosBroken?.(promise, `chat ${requestId.slice(0, 8)}: ${text}`);
    const keys = new Set<string>();
    const texts = new Set<string>();
    let last = 0;
    let gapEnd = 0;
    for (const item of items) {
      if (keys.has(item.key)) tell('S-2', `two bubbles under the key ${item.key}`);
      keys.add(item.key);
      if (item.type === 'gap') {
        gapEnd = item.endSeq;
        continue;
      }
      const { content, sequenceNumber } = item.message;
      if (texts.has(content)) tell('S-2', `two bubbles of "${content}"`);
      texts.add(content);
      if (sequenceNumber <= last || sequenceNumber <= gapEnd) tell('H-7', `${sequenceNumber} stands after ${Math.max(last, gapEnd)}`);
      last = sequenceNumber;
    }
  };
  const watch = async (client: Client): Promise<void> => {
    for (const requestId of (await window.chaosTickets?.()) ?? []) {
      const chat = client.chat(requestId);
      chat.subscribe(() => look(requestId, chat.getSnapshot()));
    }
    client.outbox.subscribe(() => undefined);
  };
  setInterval(() => {
    if (!window.tabcached || window.tabcached === watched) return;
    watched = window.tabcached;
    void watch(watched);
  }, 50);
}

/** What a tab knows of its daemon and of what waits. */
export interface TabCondition {
  readonly connected: boolean;
  readonly epoch: string;
  readonly link: string;
  readonly storage: string;
  readonly waiting: readonly { readonly id: string; readonly status: string; readonly code: string | null }[];
  readonly tickets: readonly { readonly id: string; readonly unread: number; readonly head: number }[];
}

/** Null when the page has no client (yet). */
export function readCondition(): TabCondition | null {
  const client = window.tabcached;
  if (!client) return null;
  const { connected, epoch, link, storage } = client.status.getSnapshot();
  const { ready, lanes } = client.outbox.getSnapshot();
  if (!ready) return null;
  const waiting = lanes.flatMap(({ operations }) => operations.map(({ operationId, status, errorCode }) => ({ id: operationId, status, code: errorCode })));
  const tickets = client.tickets.getSnapshot().tickets.map(({ id, unreadCount, headSequence }) => ({ id, unread: unreadCount, head: headSequence }));
  return { connected, epoch, link, storage, waiting, tickets };
}

/** All that a tab shows of a chat, from the first message on, as lines; null while there is more to load. */
export async function readChat(requestId: string): Promise<readonly string[] | null> {
  const chat = window.tabcached?.chat(requestId);
  if (!chat) return null;
  const { ready, items, hasOlder, hasNewer } = chat.getSnapshot();
  if (!ready || hasNewer) return null;
  const gap = items.find((item) => item.type === 'gap');
  const loading = gap ? chat.fillGap(gap) : hasOlder ? chat.loadOlder() : null;
  await loading?.catch(() => undefined);
  if (loading) return null;
  return items.flatMap((item) => (item.type === 'message' ? [`${item.message.sequenceNumber} ${item.message.id} ${item.message.content}`] : []));
}

/** Everything that is stored of a user, through a database connection of the page's own. */
export function readStore(database: string): Promise<{ readonly messages: unknown[]; readonly metas: unknown[]; readonly operations: unknown[]; readonly stats: unknown }> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(database);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const db = opening.result;
      const tx = db.transaction(['messages', 'chat_meta', 'offline_queue', 'cache_stats']);
      const [messages, metas, operations] = ['messages', 'chat_meta', 'offline_queue'].map((name) => tx.objectStore(name).getAll());
      const stats = tx.objectStore('cache_stats').get('stats');
      tx.onerror = () => reject(tx.error);
      tx.oncomplete = () => {
        db.close();
        resolve({ messages: messages?.result ?? [], metas: metas?.result ?? [], operations: operations?.result ?? [], stats: stats.result });
      };
    };
  });
}
