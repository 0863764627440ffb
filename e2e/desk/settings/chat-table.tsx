/** The share of every chat, sortable, each with its own way to be dropped. */
import { useState, type ReactNode } from 'react';
import type { ChatUsage, Client } from 'tabcached';
import { linkTo } from '../routing/use-place.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import { fullText, relativeText } from '../time/time-text.ts';
import { useNow } from '../time/use-now.ts';
import { bytesText } from './bytes-text.ts';
import { clearText } from './clear-text.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { sortChats, type SortKey } from './sort-chats.ts';

const columns: readonly { readonly key: SortKey; readonly title: string; readonly descending: boolean }[] = [
  { key: 'subject', title: 'Chat', descending: false },
  { key: 'messageCount', title: 'Messages', descending: true },
  { key: 'mediaSize', title: 'Media', descending: true },
  { key: 'lastAccessedAt', title: 'Last opened', descending: true },
];

/** See the file. */
export function ChatTable({ chats, client, onDone }: { readonly chats: readonly ChatUsage[]; readonly client: Client; onDone(): void }): ReactNode {
  const { username } = useOpenDesk();
  const now = useNow();
  const [{ key, descending }, setSort] = useState<{ key: SortKey; descending: boolean }>({ key: 'lastAccessedAt', descending: true });
  const dropText = ({ messageCount, messagesSize, mediaSize, unsent }: ChatUsage): string | null =>
    clearText({ chats: messageCount + mediaSize > 0 ? 1 : 0, messages: messageCount, bytes: messagesSize + mediaSize, unsentKept: unsent });
  if (chats.length === 0) return <p className="panel-page__wait">No chat is stored in this browser.</p>;
  return (
    <section className="panel panel--wide" aria-label="Chats">
      <h2>
        Chats <span className="panel__count">{chats.length}</span>
      </h2>
      <table className="table">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} aria-sort={column.key === key ? (descending ? 'descending' : 'ascending') : 'none'} className={column.key === 'subject' ? undefined : 'table__number'}>
                <button type="button" onClick={() => setSort({ key: column.key, descending: column.key === key ? !descending : column.descending })}>
                  {column.title}
                </button>
              </th>
            ))}
            <th aria-label="Actions" />
          </tr>
        </thead>
        <tbody>
          {sortChats(chats, key, descending).map((chat) => (
            <tr key={chat.requestId}>
              <td className="table__name" title={chat.subject ?? chat.requestId}>
                {chat.unsent > 0 && <span className="table__unsent">{chat.unsent} not sent</span>}
                <a {...linkTo({ as: username, ticket: chat.requestId })}>{chat.subject ?? chat.requestId}</a>
              </td>
              <td className="table__number">
                {chat.messageCount} <span className="table__note">{bytesText(chat.messagesSize)}</span>
              </td>
              <td className="table__number">{chat.mediaSize === 0 ? '–' : bytesText(chat.mediaSize)}</td>
              <td className="table__number" title={fullText(chat.lastAccessedAt)}>
                {relativeText(chat.lastAccessedAt, now)}
              </td>
              <td className="table__action">
                <ConfirmButton
                  small
                  label="Drop"
                  title={`Drop “${chat.subject ?? chat.requestId}”`}
                  confirm="Drop"
                  ask={() => Promise.resolve(dropText(chat))}
                  act={async () => {
                    await client.cache.drop(chat.requestId);
                    onDone();
                  }}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
