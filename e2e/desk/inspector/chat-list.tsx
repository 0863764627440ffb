/** Every chat that was opened here: its state and why, its history as a bar, and what can be done about it. */
import { useState, type ReactNode } from 'react';
import type { Client, InspectedChat } from 'tabcached';
import { linkTo } from '../routing/use-place.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import { clearText } from '../settings/clear-text.ts';
import { ConfirmButton } from '../settings/confirm-button.tsx';
import { ActionButton } from './action-button.tsx';
import { chooseChats, toneOf } from './choose-chats.ts';
import { durationText } from './duration-text.ts';
import { HistoryBar, HistoryLegend } from './history-bar.tsx';
import { verifyText } from './verify-text.ts';

/** Chats that are drawn at once; the filter finds the others. */
const SHOWN = 50;

/** See the file. */
export function ChatList({ chats, now, client, onDone }: { readonly chats: readonly InspectedChat[]; readonly now: number; readonly client: Client; onDone(): void }): ReactNode {
  const [words, setWords] = useState('');
  const chosen = chooseChats(chats, words);
  return (
    <section className="panel panel--wide" aria-label="Chats">
      <div className="panel__head">
        <h2>
          Chats <span className="panel__count">{chats.length}</span>
        </h2>
        <input type="search" aria-label="Filter chats" placeholder="Subject, state or reason" value={words} onChange={(event) => setWords(event.target.value)} />
        <HistoryLegend />
      </div>
      {chosen.length === 0 && <p className="panel__hint">{chats.length === 0 ? 'No chat was opened yet.' : 'No chat fits.'}</p>}
      <ul className="inspected">
        {chosen.slice(0, SHOWN).map((chat) => (
          <Chat key={chat.requestId} chat={chat} now={now} client={client} onDone={onDone} />
        ))}
      </ul>
      {chosen.length > SHOWN && <p className="panel__hint">{chosen.length - SHOWN} more; the filter finds them.</p>}
    </section>
  );
}

function Chat({ chat, now, client, onDone }: { readonly chat: InspectedChat; readonly now: number; readonly client: Client; onDone(): void }): ReactNode {
  const { username } = useOpenDesk();
  const { requestId } = chat;
  const run = async (act: () => Promise<string>): Promise<string> => {
    const said = await act();
    onDone();
    return said;
  };
  return (
    <li className="inspected__chat" data-state={chat.state}>
      <div className="inspected__head">
        <a title={chat.subject ?? requestId} {...linkTo({ as: username, ticket: requestId })}>
          {chat.subject ?? requestId}
        </a>
        <span className="chip" data-tone={toneOf(chat.state)}>
          {chat.state}
        </span>
        {chat.watchers > 0 && <span className="table__note">in {chat.watchers === 1 ? '1 tab' : `${chat.watchers} tabs`}</span>}
        {chat.parked > 0 && (
          <span className="chip" data-tone="caution">
            {chat.parked} repairs given up
          </span>
        )}
      </div>
      <p className="inspected__why">{chat.why}</p>
      <HistoryBar parts={chat.parts} text={chat.history} />
      <p className="inspected__facts">
        <span title="The oldest message asked for, the newest one confirmed, and the newest on the server">
          floor {chat.floor}, watermark {chat.watermark}, head {chat.head}
        </span>
        <span>revision {chat.revision ?? 'none'}</span>
        <span>
          {chat.held} of {chat.total} held
        </span>
        <span>synced {chat.lastSyncedAt === 0 ? 'never' : `${durationText(now - chat.lastSyncedAt)} ago`}</span>
        <code className="inspected__text" title={chat.history}>
          {chat.history}
        </code>
      </p>
      <div className="inspected__actions">
        <ActionButton name="Sync now" run={() => run(() => client.chat(requestId).sync().then(() => 'asked'))} />
        <ActionButton name="Verify" run={() => run(() => client.chat(requestId).verify().then(verifyText))} />
        <ConfirmButton
          small
          label="Drop cache"
          title={`Drop “${chat.subject ?? requestId}”`}
          confirm="Drop"
          ask={async () => {
            const share = (await client.cache.usage()).chats.find((each) => each.requestId === requestId);
            return share ? clearText({ chats: 1, messages: share.messageCount, bytes: share.messagesSize + share.mediaSize, unsentKept: share.unsent }) : null;
          }}
          act={async () => {
            await client.cache.drop(requestId);
            onDone();
          }}
        />
      </div>
    </li>
  );
}
