/** The daemon's database, touched by hand: filled before a measurement, looked at during one. Schema and names are the data model's. */
import { databaseName, type ChatSyncState } from 'tabcached/protocol';
import { chatId, storedChat, storedMessage, USER_ID, sharedNow } from './rows.ts';
import { pause } from './commands.ts';

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Writes `chats` chats of `perChat` messages each, one transaction a chat. The database must exist. */
export async function fillStore(chats: number, perChat: number): Promise<void> {
  const database = await done(indexedDB.open(databaseName(USER_ID)));
  for (let chat = 0; chat < chats; chat++) {
    const transaction = database.transaction(['messages', 'chat_meta'], 'readwrite', { durability: 'relaxed' });
    const messages = transaction.objectStore('messages');
    for (let sequence = 1; sequence <= perChat; sequence++) messages.put(storedMessage(chat, sequence));
    transaction.objectStore('chat_meta').put(storedChat(chat, perChat, Date.now()));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
  }
  database.close();
}

/** Waits until the chat's record says that everything up to `sequence` is stored; shared clock. Looks every 5 ms. */
export async function whenStored(chat: number, sequence: number): Promise<number> {
  const database = await done(indexedDB.open(databaseName(USER_ID)));
  try {
    for (;;) {
      const record = await done<ChatSyncState | undefined>(database.transaction('chat_meta').objectStore('chat_meta').get(chatId(chat)));
      if (record && record.lastSyncedSequence >= sequence) return sharedNow();
      await pause(5);
    }
  } finally {
    database.close();
  }
}
