/**
 * One chat as a server has it, with everything that it ever was.
 *
 * Owns: messages, deletions, who sees what, and the record of every revision, from which any past state can be told or restored. Does not
 * know requests or push links.
 */
import type { Deletion, ServerMessage } from '../../protocol/index.ts';

/** What became of a sequence at a revision. */
export interface Version {
  readonly revision: number;
  /** Null: deleted. */
  readonly message: ServerMessage | null;
  /** An internal note: only those with the role see it. */
  readonly hidden: boolean;
}

/** A chat. */
export interface ModelChat {
  readonly id: string;
  readonly subject: string;
  /** Messages by sequence, hidden ones too. */
  readonly messages: Map<number, ServerMessage>;
  readonly deleted: Map<number, Deletion>;
  readonly hidden: Set<number>;
  readonly versions: Map<number, Version[]>;
  /** When this user's role changed, and to what. */
  roles: readonly { readonly revision: number; readonly seesHidden: boolean }[];
  heads: { readonly revision: number; readonly head: number }[];
  /** 4: closed, takes no more messages. */
  statusId: number;
  /** Null: this user's own. */
  technicianId: string | null;
  head: number;
  revision: number;
  /** Changes up to here are forgotten: older cursors are refused. */
  forgottenUpTo: number;
  lastRead: number;
  /** This user may not see the chat. */
  denied: boolean;
  /** Number of the last change of the ticket, for the list's cursor. */
  changedAt: number;
  /** What this user can see, as of that many messages; kept until something changes. */
  visible: ServerMessage[] | null;
  visibleOf: number;
}

/** A chat without messages. */
export const emptyModelChat = (id: string, subject: string): ModelChat => ({
  id,
  subject,
  messages: new Map(),
  deleted: new Map(),
  hidden: new Set(),
  versions: new Map(),
  roles: [],
  heads: [],
  statusId: 1,
  technicianId: null,
  head: 0,
  revision: 0,
  forgottenUpTo: 0,
  lastRead: 0,
  denied: false,
  changedAt: 0,
  visible: null,
  visibleOf: 0,
});

/** Does this user see hidden messages, as of a revision? */
export function seesHidden(chat: ModelChat, revision = chat.revision): boolean {
  return chat.roles.findLast((role) => role.revision <= revision)?.seesHidden ?? false;
}

/** A message's state at a revision: null when it was deleted, hidden from this user, or not there yet. */
export function messageAt(chat: ModelChat, sequence: number, revision: number): ServerMessage | null {
  const version = chat.versions.get(sequence)?.findLast((each) => each.revision <= revision);
  if (!version?.message) return null;
  return version.hidden && !seesHidden(chat, revision) ? null : version.message;
}

/** What this user can see now, ascending. */
export function visibleMessages(chat: ModelChat): readonly ServerMessage[] {
  if (chat.visible && chat.visibleOf === chat.messages.size) return chat.visible;
  const role = seesHidden(chat);
  const rows = [...chat.messages.values()].filter((row) => role || !chat.hidden.has(row.sequenceNumber));
  chat.visibleOf = chat.messages.size;
  return (chat.visible = rows.sort((a, b) => a.sequenceNumber - b.sequenceNumber));
}

/** Notes what a sequence became at the chat's present revision. */
export function recordVersion(chat: ModelChat, sequence: number, message: ServerMessage | null): void {
  const { visible } = chat;
  // A new message at the end is the common case.
  const added = message && visible && !chat.versions.has(sequence) && (visible.at(-1)?.sequenceNumber ?? 0) < sequence;
  if (!added) chat.visible = null;
  else {
    chat.visibleOf += 1;
    if (!chat.hidden.has(sequence) || seesHidden(chat)) visible.push(message);
  }
  const versions = chat.versions.get(sequence) ?? [];
  versions.push({ revision: chat.revision, message, hidden: chat.hidden.has(sequence) });
  chat.versions.set(sequence, versions);
  chat.heads.push({ revision: chat.revision, head: chat.head });
}

/** Puts the chat back to what it was at a revision, as a restore from a backup does. */
export function restoreChat(chat: ModelChat, revision: number): void {
  chat.visible = null;
  for (const [sequence, versions] of chat.versions) {
    const kept = versions.filter((version) => version.revision <= revision);
    const last = kept.at(-1);
    if (last) chat.versions.set(sequence, kept);
    else chat.versions.delete(sequence);
    if (last?.message) chat.messages.set(sequence, last.message);
    else chat.messages.delete(sequence);
    if (!last || last.message) chat.deleted.delete(sequence);
    if (!last) chat.hidden.delete(sequence);
  }
  chat.roles = chat.roles.filter((role) => role.revision <= revision);
  chat.heads = chat.heads.filter((entry) => entry.revision <= revision);
  chat.head = chat.heads.at(-1)?.head ?? 0;
  chat.revision = revision;
  chat.forgottenUpTo = Math.min(chat.forgottenUpTo, revision);
  chat.lastRead = Math.min(chat.lastRead, chat.head);
}
