/**
 * A server in a few lines: what the backend contract promises, over plain maps, for one user.
 *
 * Owns: the truth that a cache is compared with, and its push links. Used by unit tests and by the simulator, which puts faults in front
 * of it. Written from the contract, not from the daemon.
 */
import type { Backend, ChangeFrame, OutgoingMessage, ReadState, ServerMessage } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import { changesOf, pageOf, ticketOf, unreadOf } from './model-answers.ts';
import { createModelLinks, type ModelLinks } from './model-links.ts';
import { emptyModelChat, recordVersion, restoreChat, seesHidden, visibleMessages, type ModelChat } from './model-chat.ts';

export type { ModelChat } from './model-chat.ts';

/** How a message differs from an ordinary one. */
export interface AppendOptions {
  readonly hidden?: boolean;
  readonly clientTempId?: string;
  /** What it shows. */
  readonly file?: Partial<Pick<ServerMessage, 'fileName' | 'fileSize' | 'fileMimeType' | 'isScreenshot' | 'screenshotFileName'>>;
}

/** The server, and what a test does to it. */
export interface ModelServer extends Omit<ModelLinks, 'open' | 'push' | 'isCut'> {
  readonly backend: Backend;
  readonly chats: ReadonlyMap<string, ModelChat>;
  createChat(id: string, subject?: string): ModelChat;
  append(chatId: string, content: string, from?: string, options?: AppendOptions): ServerMessage;
  edit(chatId: string, sequence: number, content: string): void;
  remove(chatId: string, sequence: number): void;
  /** Allocates a sequence and stores nothing: a rolled-back insert. */
  skip(chatId: string): void;
  /** A message that this user may not see. */
  appendHidden(chatId: string, content: string): number;
  /** This user's role changes: hidden messages appear or disappear, older cursors are refused, and the link is told to catch up. */
  setRole(chatId: string, seesHidden: boolean): void;
  /** Access to a chat is lost or comes back; older cursors are refused then. */
  setAccess(chatId: string, allowed: boolean): void;
  /** Somebody else changes the ticket's status (4: closed) or technician. */
  changeTicket(chatId: string, change: Partial<Pick<ModelChat, 'statusId' | 'technicianId'>>): void;
  /** The chat is restored from a backup. Its links should be cut around it, as those of a server that restarts. */
  restoreTo(chatId: string, revision: number): void;
  /** Changes so far can no longer be asked for. */
  forget(chatId: string): void;
  /** This user read on another device. */
  readElsewhere(chatId: string, upToSequence: number): void;
  /** What this user can see, ascending. */
  visible(chatId: string): readonly ServerMessage[];
  unread(chatId: string): number;
  /** The message that was stored under that id, if it is there. */
  byTempId(clientTempId: string): ServerMessage | undefined;
  /** False: a message sent twice is stored twice, and only asking first prevents it. Default: true. */
  idempotent: boolean;
  /** False: what this user writes on another device does not move his read mark. Default: true. */
  appendsRead: boolean;
  /** Tells every link that frames were dropped. */
  tellLost(): void;
  /** Requests so far, by kind, with their arguments. */
  readonly log: { readonly kind: string; readonly detail: unknown }[];
  /** Runs before every request; may throw or wait. */
  before: (kind: string) => void | Promise<void>;
}

/** Creates a server for one user. */
export function createModelServer(userId: string, newId: () => string): ModelServer {
  const chats = new Map<string, ModelChat>();
  const byTempId = new Map<string, { readonly chatId: string; readonly sequence: number }>();
  const { open, push, isCut, ...links } = createModelLinks(userId);
  let clock = Date.UTC(2026, 0, 16, 8);
  let ticketChanges = 0;
  let restores = 0;

  const chatOf = (id: string): ModelChat => {
    const chat = chats.get(id);
    if (!chat) throw new TabcachedError('NOT_FOUND');
    return chat;
  };
  const askedChat = (id: string): ModelChat => {
    const chat = chatOf(id);
    if (chat.denied) throw new TabcachedError('FORBIDDEN');
    return chat;
  };
  const iso = (): string => new Date((clock += 1000)).toISOString();
  const known = (clientTempId: string): ServerMessage | undefined => {
    const place = byTempId.get(clientTempId);
    const message = place && chats.get(place.chatId)?.messages.get(place.sequence);
    return message?.clientTempId === clientTempId ? message : undefined;
  };

  const pushTicket = (chat: ModelChat): void => {
    chat.changedAt = ++ticketChanges;
    if (!chat.denied) push({ type: 'ticket', ticket: ticketOf(chat, userId) });
  };
  const pushChange = (chat: ModelChat, change: ChangeFrame['change']): void => {
    const { id: requestId, revision, head: headSequence } = chat;
    if (!chat.denied) push({ type: 'change', requestId, revision, previousRevision: revision - 1, headSequence, ...(change ? { change } : {}) });
    pushTicket(chat);
  };

  /** The chat's next revision, in which a sequence becomes that message, or nothing. */
  const change = (chat: ModelChat, sequence: number, message: ServerMessage | null): void => {
    const before = chat.messages.get(sequence);
    chat.revision += 1;
    if (message) chat.messages.set(sequence, message);
    else chat.messages.delete(sequence);
    const deletion = message || !before ? null : { id: before.id, sequenceNumber: sequence, revision: chat.revision };
    if (deletion) chat.deleted.set(sequence, deletion);
    recordVersion(chat, sequence, message);
    if (chat.hidden.has(sequence) && !seesHidden(chat)) pushChange(chat, undefined);
    else if (message) pushChange(chat, { kind: 'upsert', message: { ...message } });
    else if (deletion) pushChange(chat, { kind: 'delete', deletion });
  };

  const store = (chat: ModelChat, content: string, from: string, { hidden = false, clientTempId, file }: AppendOptions): ServerMessage => {
    const sequenceNumber = ++chat.head;
    if (hidden) chat.hidden.add(sequenceNumber);
    const message: ServerMessage = {
      id: newId(),
      requestId: chat.id,
      sequenceNumber,
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
      ...file,
      revision: chat.revision + 1,
      ...(clientTempId === undefined ? {} : { clientTempId }),
    };
    if (from === userId && (server.appendsRead || clientTempId !== undefined)) chat.lastRead = Math.max(chat.lastRead, sequenceNumber);
    if (clientTempId !== undefined) byTempId.set(clientTempId, { chatId: chat.id, sequence: sequenceNumber });
    change(chat, sequenceNumber, message);
    return message;
  };

  const readTo = (chat: ModelChat, upToSequence: number): ReadState => {
    const lastRead = Math.max(chat.lastRead, Math.min(upToSequence, chat.head));
    if (lastRead !== chat.lastRead) chat.changedAt = ++ticketChanges;
    chat.lastRead = lastRead;
    const state = { requestId: chat.id, unreadCount: unreadOf(chat, userId), lastReadSequence: chat.lastRead, revision: chat.revision };
    if (!chat.denied) push({ type: 'read', ...state });
    return state;
  };

  const ask = async (kind: string, detail: unknown): Promise<void> => {
    server.log.push({ kind, detail });
    await server.before(kind);
    if (isCut()) throw new TabcachedError('OFFLINE');
  };

  const backend: Backend = {
    tickets: async (since) => {
      await ask('tickets', since);
      const [restored, number] = (since ?? `${restores}:-1`).split(':').map(Number);
      if (restored !== restores) throw new TabcachedError('CURSOR_EXPIRED');
      const changed = [...chats.values()].filter((chat) => chat.changedAt > (number ?? -1));
      const removed = since === null ? [] : changed.filter((chat) => chat.denied).map((chat) => chat.id);
      return { tickets: changed.filter((chat) => !chat.denied).map((chat) => ticketOf(chat, userId)), removed, cursor: `${restores}:${ticketChanges}` };
    },
    messages: async (requestId, query) => {
      await ask('messages', query);
      return pageOf(askedChat(requestId), query);
    },
    changes: async (requestId, since, limit) => {
      await ask('changes', since);
      return changesOf(askedChat(requestId), since, limit);
    },
    send: async (message: OutgoingMessage) => {
      await ask('send', message);
      const chat = askedChat(message.requestId);
      const stored = server.idempotent ? known(message.clientTempId) : undefined;
      if (chat.statusId === 4 && !stored) throw new TabcachedError('TICKET_CLOSED', 'The ticket is closed.');
      return { ...(stored ?? store(chat, message.content, userId, { clientTempId: message.clientTempId, file: { isScreenshot: message.isScreenshot, screenshotFileName: message.screenshotFileName } })) };
    },
    findByTempId: async (clientTempId) => {
      await ask('find', clientTempId);
      const message = known(clientTempId);
      return message ? { ...message } : null;
    },
    markRead: async (requestId, upToSequence): Promise<ReadState> => {
      await ask('read', upToSequence);
      return readTo(askedChat(requestId), upToSequence);
    },
    openPush: open,
  };

  const server: ModelServer = {
    ...links,
    backend,
    chats,
    log: [],
    idempotent: true,
    appendsRead: true,
    before: () => undefined,
    createChat: (id, subject = 'A request') => {
      const chat = emptyModelChat(id, subject);
      chat.changedAt = ++ticketChanges;
      chats.set(id, chat);
      return chat;
    },
    append: (chatId, content, from = 'somebody', options = {}) => store(chatOf(chatId), content, from, options),
    appendHidden: (chatId, content) => store(chatOf(chatId), content, 'colleague', { hidden: true }).sequenceNumber,
    edit: (chatId, sequence, content) => {
      const chat = chatOf(chatId);
      const message = chat.messages.get(sequence);
      if (message) change(chat, sequence, { ...message, content, updatedAt: iso(), revision: chat.revision + 1 });
    },
    remove: (chatId, sequence) => {
      const chat = chatOf(chatId);
      if (chat.messages.has(sequence)) change(chat, sequence, null);
    },
    skip: (chatId) => {
      chatOf(chatId).head += 1;
      pushTicket(chatOf(chatId));
    },
    setRole: (chatId, sees) => {
      const chat = chatOf(chatId);
      if (seesHidden(chat) === sees) return;
      chat.revision += 1;
      chat.forgottenUpTo = chat.revision;
      chat.roles = [...chat.roles, { revision: chat.revision, seesHidden: sees }];
      chat.visible = null;
      pushTicket(chat);
      server.tellLost();
    },
    setAccess: (chatId, allowed) => {
      const chat = chatOf(chatId);
      if (chat.denied !== allowed) return;
      chat.denied = !allowed;
      chat.forgottenUpTo = chat.revision;
      if (!allowed) push({ type: 'removed', requestId: chatId });
      pushTicket(chat);
    },
    changeTicket: (chatId, changes) => {
      const chat = Object.assign(chatOf(chatId), changes);
      chat.revision += 1;
      pushChange(chat, undefined);
    },
    restoreTo: (chatId, revision) => {
      const chat = chatOf(chatId);
      if (revision >= chat.revision) return;
      restoreChat(chat, revision);
      restores += 1;
      chat.changedAt = ++ticketChanges;
    },
    forget: (chatId) => {
      const chat = chatOf(chatId);
      chat.forgottenUpTo = chat.revision;
    },
    readElsewhere: (chatId, upToSequence) => void readTo(chatOf(chatId), upToSequence),
    visible: (chatId) => [...visibleMessages(chatOf(chatId))],
    unread: (chatId) => unreadOf(chatOf(chatId), userId),
    byTempId: known,
    tellLost: () => push({ type: 'lost' }),
  };
  return server;
}
