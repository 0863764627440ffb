/**
 * A server inside the daemon's own worker, so that no network is in the measured path.
 *
 * Owns: the head of every chat. Answers come from `rows.ts`; orders from `commands.ts` make it change.
 */
import type { Backend, MessagesQuery, PushEvents, ServerMessage } from 'tabcached/protocol';
import { pause, type Answer, type Order } from './commands.ts';
import { FILES_PATH } from './files.ts';
import { chatId, chatNumber, serverMessage, serverTicket, sharedNow, USER_ID } from './rows.ts';

/** The backend, and the orders that it takes. */
export interface FakeBackend {
  readonly backend: Backend;
  handle(order: Order): Promise<Answer>;
}

/** A server with chats 0 to `chats - 1`, of 50 messages each until told otherwise. */
export function createFakeBackend(chats: number): FakeBackend {
  const heads = new Map<number, number>();
  /** Messages that the next deltas of a chat bring. */
  const ready = new Map<number, readonly ServerMessage[]>();
  const headOf = (chat: number): number => heads.get(chat) ?? 50;
  let push: PushEvents | null = null;
  let frames = 0;
  let ingestBegan = 0;

  const bounds = (query: MessagesQuery, head: number): [number, number] => {
    if (query.mode === 'newest') return [Math.max(1, head - query.limit + 1), head];
    if (query.mode === 'before') return [Math.max(1, query.sequence - query.limit), query.sequence - 1];
    if (query.mode === 'since') return [query.sequence + 1, Math.min(head, query.sequence + query.limit)];
    return [query.start, Math.min(query.end, head, query.start + query.limit - 1)];
  };

  const backend: Backend = {
    tickets: async () => ({ tickets: Array.from({ length: chats }, (_, chat) => serverTicket(chat, headOf(chat))), removed: [], cursor: '1' }),
    messages: async (requestId, query) => {
      const chat = chatNumber(requestId);
      const head = headOf(chat);
      const [first, last] = bounds(query, head);
      const messages = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => serverMessage(chat, first + i));
      return {
        messages,
        totalCount: head,
        oldestSequence: 1,
        newestSequence: head,
        hasMore: first > 1,
        hasNewer: query.mode === 'since' && last < head,
        headSequence: head,
        revision: head,
        complete: true,
      };
    },
    changes: async (requestId, since, limit) => {
      const chat = chatNumber(requestId);
      const waiting = ready.get(chat) ?? [];
      if (waiting.length > 0 && ingestBegan === 0) ingestBegan = sharedNow();
      const next = waiting.filter(({ revision }) => revision > since).slice(0, limit);
      const reached = next.at(-1)?.sequenceNumber ?? headOf(chat);
      return {
        changes: next.map((message) => ({ kind: 'upsert' as const, message })),
        revision: reached,
        // A delta tells of no more than it brings: a head far ahead would be met with the newest page instead.
        headSequence: reached,
        hasMore: reached < (waiting.at(-1)?.sequenceNumber ?? 0),
      };
    },
    send: () => Promise.reject(new Error('Nothing is sent in a benchmark.')),
    markRead: async (requestId, upToSequence) => ({ requestId, unreadCount: 0, lastReadSequence: upToSequence, revision: headOf(chatNumber(requestId)) }),
    media: async (_requestId, filename, _range, { signal }) => {
      const response = await fetch(`${FILES_PATH}${Number.parseInt(filename, 10)}`, { signal, cache: 'no-store' });
      const digest = /:(.+):/.exec(response.headers.get('repr-digest') ?? '')?.[1] ?? '';
      return {
        body: response.body as ReadableStream<Uint8Array>,
        offset: 0,
        totalBytes: Number(response.headers.get('content-length')),
        etag: response.headers.get('etag'),
        digest: [...atob(digest)].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join(''),
        mimeType: 'application/pdf',
      };
    },
    openPush: (events) => {
      push = events;
      frames = 0;
      queueMicrotask(() => {
        events.onOpen(USER_ID);
        events.onFrame({ type: 'welcome', n: ++frames, userId: USER_ID });
      });
      return { wake: () => undefined, close: () => undefined };
    },
  };

  const change = (message: ServerMessage, previousRevision: number): void => {
    const { requestId, revision, sequenceNumber } = message;
    const frame = { type: 'change', n: ++frames, requestId, revision, previousRevision, headSequence: sequenceNumber } as const;
    push?.onFrame({ ...frame, change: { kind: 'upsert', message } });
  };

  const burst = async ({ chat, count, everyMs }: Extract<Order, { kind: 'burst' }>): Promise<Answer> => {
    const first = headOf(chat) + 1;
    heads.set(chat, headOf(chat) + count);
    const messages = Array.from({ length: count }, (_, i) => serverMessage(chat, first + i));
    const began: [number, number][] = [];
    for (const message of messages) {
      began.push([message.sequenceNumber, sharedNow()]);
      change(message, message.revision - 1);
      await pause(everyMs);
    }
    return began;
  };

  /** A push frame from far ahead breaks the chain; what follows are deltas. */
  const ingest = async ({ chat, deltas, size }: Extract<Order, { kind: 'ingest' }>): Promise<Answer> => {
    const first = headOf(chat) + 1;
    const messages = Array.from({ length: deltas * size }, (_, i) => serverMessage(chat, first + i));
    ready.set(chat, messages);
    ingestBegan = 0;
    push?.onFrame({ type: 'change', n: ++frames, requestId: chatId(chat), revision: first + 1, previousRevision: first, headSequence: first });
    while (ingestBegan === 0) await pause(5);
    heads.set(chat, first + messages.length - 1);
    return [[0, ingestBegan]];
  };

  return {
    backend,
    handle: async (order) => {
      if (order.kind === 'burst') return burst(order);
      if (order.kind === 'ingest') return ingest(order);
      if (order.kind === 'die') throw new Error('A daemon is killed from outside.');
      if (order.kind === 'files') return [];
      for (let chat = order.from; chat < order.from + order.count; chat++) heads.set(chat, order.head);
      return [];
    },
  };
}
