/**
 * A server in a few lines: what the backend contract promises, over plain arrays, for one user.
 *
 * Owns: the truth that a cache is compared with. Used by unit tests and by the simulator, which puts faults in front of it. Written from
 * the contract, not from the daemon.
 */
import type {
  Backend,
  ChangeFrame,
  ChangesPage,
  MessagesPage,
  OutgoingMessage,
  PushEvents,
  PushFrame,
  ReadState,
  ServerMessage,
  ServerTicket,
} from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';

type Deleted = { readonly id: string; readonly sequenceNumber: number; readonly revision: number };
type ChatChange = { readonly revision: number; readonly frame: ChangeFrame['change'] };

/** A chat as the server has it. */
export interface ModelChat {
  readonly id: string;
  readonly subject: string;
  readonly messages: Map<number, ServerMessage>;
  readonly deleted: Map<number, Deleted>;
  readonly hidden: Set<number>;
  changes: ChatChange[];
  head: number;
  revision: number;
  /** Changes up to here are forgotten: older cursors are refused. */
  forgottenUpTo: number;
  lastRead: number;
}

/** The server, and what a test does to it. */
export interface ModelServer {
  readonly backend: Backend;
  readonly chats: ReadonlyMap<string, ModelChat>;
  createChat(id: string, subject?: string): ModelChat;
  append(chatId: string, content: string, from?: string): ServerMessage;
  edit(chatId: string, sequence: number, content: string): void;
  remove(chatId: string, sequence: number): void;
  /** Allocates a sequence and stores nothing: a rolled-back insert. */
  skip(chatId: string): void;
  /** A message that this user may not see. */
  appendHidden(chatId: string, content: string): number;
  /** What this user can see, ascending. */
  visible(chatId: string): readonly ServerMessage[];
  unread(chatId: string): number;
  /** Connected push links. */
  links(): number;
  /** Whoever held links is dead: they are gone and nobody is told. */
  dropLinks(): void;
  /** All links break; they come back with {@link ModelServer.restore}. */
  cut(): void;
  restore(): void;
  /** Frames are held back until flushed, so that a test can drop or reorder them. */
  holdFrames(hold: boolean): void;
  heldFrames: PushFrame[];
  deliver(frame: PushFrame): void;
  /** Requests so far, by kind, with their arguments. */
  readonly log: { readonly kind: string; readonly detail: unknown }[];
  /** Runs before every request; may throw or wait. */
  before: (kind: string) => void | Promise<void>;
}

/** Creates a server for one user. */
export function createModelServer(userId: string, newId: () => string): ModelServer {
  const chats = new Map<string, ModelChat>();
  const byTempId = new Map<string, ServerMessage>();
  const listeners = new Set<{ readonly events: PushEvents; numbered: number; attached: boolean }>();
  let cut = false;
  let hold = false;
  let clock = Date.UTC(2026, 0, 16, 8);

  const chatOf = (id: string): ModelChat => {
    const chat = chats.get(id);
    if (!chat) throw new TabcachedError('NOT_FOUND');
    return chat;
  };
  const iso = (): string => new Date((clock += 1000)).toISOString();

  type Unnumbered = PushFrame extends infer F ? (F extends PushFrame ? Omit<F, 'n'> : never) : never;
  const push = (frame: Unnumbered): void => {
    for (const link of listeners) {
      if (!link.attached) continue;
      const numbered = { ...frame, n: ++link.numbered } as PushFrame;
      if (hold) server.heldFrames.push(numbered);
      else link.events.onFrame(numbered);
    }
  };

  const changed = (chat: ModelChat, change: ChangeFrame['change']): void => {
    const previousRevision = chat.revision++;
    chat.changes.push({ revision: chat.revision, frame: change });
    push({ type: 'change', requestId: chat.id, revision: chat.revision, previousRevision, headSequence: chat.head, ...(change ? { change } : {}) });
    push({ type: 'ticket', ticket: ticketOf(chat) });
  };

  const visible = (chat: ModelChat): ServerMessage[] =>
    [...chat.messages.values()].filter((row) => !chat.hidden.has(row.sequenceNumber)).sort((a, b) => a.sequenceNumber - b.sequenceNumber);
  const unread = (chat: ModelChat): number => visible(chat).filter((row) => row.sequenceNumber > chat.lastRead && row.senderId !== userId).length;

  const ticketOf = (chat: ModelChat): ServerTicket => ({
    id: chat.id,
    subject: chat.subject,
    statusId: 1,
    priority: null,
    requesterId: null,
    requester: null,
    technicianId: userId,
    technician: { id: userId, username: userId, fullName: null, isTechnician: true },
    headSequence: chat.head,
    lastMessageAt: visible(chat).at(-1)?.createdAt ?? null,
    lastMessagePreview: null,
    unreadCount: unread(chat),
    lastReadSequence: chat.lastRead,
    createdAt: new Date(0).toISOString(),
    updatedAt: null,
    revision: chat.revision,
  });

  const store = (chat: ModelChat, content: string, from: string, clientTempId?: string): ServerMessage => {
    const message: ServerMessage = {
      id: newId(),
      requestId: chat.id,
      sequenceNumber: ++chat.head,
      senderId: from,
      sender: { id: from, username: from, fullName: null, isTechnician: false },
      content,
      createdAt: iso(),
      updatedAt: null,
      isScreenshot: false,
      screenshotFileName: null,
      fileName: null,
      fileSize: null,
      fileMimeType: null,
      isReadByCurrentUser: false,
      revision: chat.revision + 1,
      ...(clientTempId === undefined ? {} : { clientTempId }),
    };
    chat.messages.set(message.sequenceNumber, message);
    if (clientTempId !== undefined) byTempId.set(clientTempId, message);
    return message;
  };

  const ask = async (kind: string, detail: unknown): Promise<void> => {
    server.log.push({ kind, detail });
    await server.before(kind);
    if (cut) throw new TabcachedError('OFFLINE');
  };

  const backend: Backend = {
    tickets: async (since) => {
      await ask('tickets', since);
      return { tickets: [...chats.values()].map(ticketOf), removed: [], cursor: `${clock}` };
    },
    messages: async (requestId, query): Promise<MessagesPage> => {
      await ask('messages', query);
      const chat = chatOf(requestId);
      const all = visible(chat);
      const inside = all.filter(({ sequenceNumber: n }) =>
        query.mode === 'since' ? n > query.sequence : query.mode === 'before' ? n < query.sequence : query.mode === 'range' ? n >= query.start && n <= query.end : true,
      );
      const forward = query.mode === 'since' || query.mode === 'range';
      const rows = forward ? inside.slice(0, query.limit) : inside.slice(-query.limit);
      const oldest = rows[0]?.sequenceNumber ?? null;
      const newest = rows.at(-1)?.sequenceNumber ?? null;
      return {
        messages: structuredClone(rows),
        totalCount: all.length,
        oldestSequence: oldest,
        newestSequence: newest,
        hasMore: oldest !== null && all.some((row) => row.sequenceNumber < oldest),
        hasNewer: forward && rows.length < inside.length,
        headSequence: chat.head,
        revision: chat.revision,
        complete: true,
      };
    },
    changes: async (requestId, since, limit): Promise<ChangesPage> => {
      await ask('changes', since);
      const chat = chatOf(requestId);
      if (since > chat.revision || since < chat.forgottenUpTo) throw new TabcachedError('CURSOR_EXPIRED');
      // The latest state of whatever changed, in the order of its last change.
      const states = [
        ...visible(chat).map((message) => ({ revision: message.revision, change: { kind: 'upsert' as const, message: structuredClone(message) as unknown } })),
        ...[...chat.deleted.values()].map((deletion) => ({ revision: deletion.revision, change: { kind: 'delete' as const, deletion } })),
      ]
        .filter((state) => state.revision > since)
        .sort((a, b) => a.revision - b.revision);
      const told = states.slice(0, limit);
      const hasMore = told.length < states.length;
      return { changes: told.map((state) => state.change), revision: hasMore ? (told.at(-1)?.revision ?? since) : chat.revision, headSequence: chat.head, hasMore };
    },
    send: async (message: OutgoingMessage) => {
      await ask('send', message);
      const known = byTempId.get(message.clientTempId);
      if (known) return known;
      const chat = chatOf(message.requestId);
      const stored = store(chat, message.content, userId, message.clientTempId);
      chat.lastRead = Math.max(chat.lastRead, stored.sequenceNumber);
      changed(chat, { kind: 'upsert', message: stored });
      return stored;
    },
    findByTempId: async (clientTempId) => {
      await ask('find', clientTempId);
      return byTempId.get(clientTempId) ?? null;
    },
    markRead: async (requestId, upToSequence): Promise<ReadState> => {
      await ask('read', upToSequence);
      const chat = chatOf(requestId);
      chat.lastRead = Math.max(chat.lastRead, Math.min(upToSequence, chat.head));
      const state = { requestId, unreadCount: unread(chat), lastReadSequence: chat.lastRead, revision: chat.revision };
      push({ type: 'read', ...state });
      return state;
    },
    openPush: (events) => {
      const link = { events, numbered: 1, attached: false };
      listeners.add(link);
      const attach = (): void => {
        if (cut || link.attached || !listeners.has(link)) return;
        link.attached = true;
        link.numbered = 1;
        events.onOpen(userId);
      };
      void Promise.resolve().then(attach);
      return { wake: attach, close: () => void listeners.delete(link) };
    },
  };

  const server: ModelServer = {
    backend,
    chats,
    log: [],
    heldFrames: [],
    before: () => undefined,
    createChat: (id, subject = 'A request') => {
      const chat: ModelChat = { id, subject, messages: new Map(), deleted: new Map(), hidden: new Set(), changes: [], head: 0, revision: 0, forgottenUpTo: 0, lastRead: 0 };
      chats.set(id, chat);
      return chat;
    },
    append: (chatId, content, from = 'somebody') => {
      const chat = chatOf(chatId);
      const message = store(chat, content, from);
      changed(chat, { kind: 'upsert', message: structuredClone(message) });
      return message;
    },
    edit: (chatId, sequence, content) => {
      const chat = chatOf(chatId);
      const known = chat.messages.get(sequence);
      if (!known) return;
      const message = { ...known, content, updatedAt: iso(), revision: chat.revision + 1 };
      chat.messages.set(sequence, message);
      if (message.clientTempId !== undefined) byTempId.set(message.clientTempId, message);
      changed(chat, chat.hidden.has(sequence) ? undefined : { kind: 'upsert', message: structuredClone(message) });
    },
    remove: (chatId, sequence) => {
      const chat = chatOf(chatId);
      const known = chat.messages.get(sequence);
      if (!known) return;
      const deletion = { id: known.id, sequenceNumber: sequence, revision: chat.revision + 1 };
      chat.messages.delete(sequence);
      chat.deleted.set(sequence, deletion);
      changed(chat, { kind: 'delete', deletion });
    },
    skip: (chatId) => void chatOf(chatId).head++,
    appendHidden: (chatId, content) => {
      const chat = chatOf(chatId);
      const message = store(chat, content, 'colleague');
      chat.hidden.add(message.sequenceNumber);
      changed(chat, undefined);
      return message.sequenceNumber;
    },
    visible: (chatId) => visible(chatOf(chatId)),
    unread: (chatId) => unread(chatOf(chatId)),
    links: () => [...listeners].filter((link) => link.attached).length,
    dropLinks: () => listeners.clear(),
    cut: () => {
      cut = true;
      for (const link of listeners) {
        if (!link.attached) continue;
        link.attached = false;
        link.events.onDown('OFFLINE');
      }
    },
    restore: () => {
      cut = false;
      for (const link of listeners) {
        if (link.attached) continue;
        link.attached = true;
        link.numbered = 1;
        link.events.onOpen(userId);
      }
    },
    holdFrames: (holding) => void (hold = holding),
    deliver: (frame) => {
      for (const link of listeners) if (link.attached) link.events.onFrame(frame);
    },
  };
  return server;
}
