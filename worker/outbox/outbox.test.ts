/** The outbox over a ledger that fails at the worst moment. */
import { expect, test } from 'vitest';
import type { CachedMessage } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import { emptyChat } from '../store/empty-records.ts';
import type { ChatBook } from '../sync/chat-book.ts';
import { modelOf, type ChatModel } from '../sync/chat-model.ts';
import { uuid } from '../testing/store-records.ts';
import { createVirtualTime } from '../testing/virtual-time.ts';
import type { Ledger } from './ledger.ts';
import { pendingRow } from './operations.ts';
import { createOutbox } from './outbox.ts';

const CHAT = uuid(1);

test('H-7 a message of long ago that its tab repeats and that cannot be stored is shown where it was (sim seed 200408)', async () => {
  const draft = { requestId: CHAT, clientTempId: uuid(2), content: 'mine', isScreenshot: false, screenshotFileName: null, again: true };
  const sent: CachedMessage = { ...pendingRow(draft, { userId: 'agent', sender: null }, 21, 1), id: uuid(3), status: 'sent' };
  let model: ChatModel = modelOf(emptyChat(CHAT, 1), []);
  const book = { get: () => model, open: () => model, replace: (next: ChatModel) => void (model = next), loadBefore: async () => 0, touch: () => undefined };
  const ledger = {
    get: () => undefined,
    size: () => 0,
    nextOrder: () => 1,
    forget: () => [],
    put: () => {
      // Its row is read for another reason while it is being stored.
      model = { ...model, rows: [sent] };
      return Promise.reject(new TabcachedError('STORAGE_FAILED'));
    },
  };
  const shown: [upserts: readonly CachedMessage[], removals: readonly string[]][] = [];
  const quiet = (): void => undefined;
  const outbox = createOutbox({
    clock: createVirtualTime().clock,
    book: book as unknown as ChatBook,
    ledger: ledger as unknown as Ledger,
    userId: 'agent',
    limit: 10,
    durable: true,
    discarded: undefined,
    sender: () => null,
    ticket: () => undefined,
    context: () => null,
    onRows: (_, upserts, removals) => shown.push([upserts, removals]),
    onOperation: quiet,
    draftVersion: () => 0,
    onSent: quiet,
    wake: quiet,
  });
  await expect(outbox.send(draft)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect(shown.at(-1)).toEqual([[sent], [draft.clientTempId]]);
});
