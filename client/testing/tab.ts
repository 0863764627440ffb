/** Tabs of one fake browser, and rows to show in them. */
import { vi } from 'vitest';
import type { CachedMessage, CachedTicket } from '../../protocol/records.ts';
import type { ChatMeta, ChatPage, ChatPatch, ChatSnapshot, Window } from '../../protocol/views.ts';
import type { Client, ConnectOptions } from '../client.ts';
import { connectIn } from '../connect.ts';
import type { LoadedEnvironment } from '../env.ts';
import { fakeEnvironment, type FakeEnvironment } from './fake-env.ts';
import { fakeLocks, type FakeLocks } from './fake-locks.ts';
import { fakeWorkers, type FakeWorkers } from './fake-daemon.ts';

/** A chat's id for tests. */
export const CHAT = '11111111-1111-4111-8111-111111111111';

/** A tab under test. */
export interface TabUnderTest extends FakeEnvironment {
  /** Starts connecting. */
  connect(options?: Partial<ConnectOptions>): Promise<Client>;
}

/** A browser under test. */
export interface BrowserUnderTest {
  readonly locks: FakeLocks;
  readonly workers: FakeWorkers;
  /** `adapt` changes what the tab has of its platform. */
  tab(adapt?: (env: LoadedEnvironment) => LoadedEnvironment): TabUnderTest;
  close(): void;
}

/** Starts a browser. Close it after the test. */
export function openBrowser(): BrowserUnderTest {
  const locks = fakeLocks();
  const workers = fakeWorkers(locks);
  const clients: Client[] = [];
  return {
    locks,
    workers,
    tab: (adapt = (env) => env) => {
      const plain = fakeEnvironment(locks, workers.createWorker);
      const fake = { ...plain, env: adapt(plain.env) };
      return {
        ...fake,
        connect: async (options) => {
          const client = await connectIn(fake.env, { userId: 'anna', backend: '/', buildId: 'b1', getToken: () => 'token', ...options });
          clients.push(client);
          return client;
        },
      };
    },
    close: () => {
      for (const client of clients) client.close();
      workers.close();
    },
  };
}

/** Waits for a condition, without guessing how long it takes. */
export const until = (condition: () => boolean): Promise<void> =>
  vi.waitFor(() => {
    if (!condition()) throw new Error(`not yet: ${condition.toString()}`);
  }, { interval: 1 });

/** Lets everything that is on its way arrive. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A confirmed message. */
export const message = (sequenceNumber: number, change: Partial<CachedMessage> = {}): CachedMessage => ({
  id: `22222222-2222-4222-8222-${String(sequenceNumber).padStart(12, '0')}`,
  requestId: CHAT,
  sequenceNumber,
  senderId: 'bert',
  sender: null,
  content: `message ${sequenceNumber}`,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: null,
  isScreenshot: false,
  screenshotFileName: null,
  fileName: null,
  fileSize: null,
  fileMimeType: null,
  isReadByCurrentUser: false,
  status: 'sent',
  _cachedAt: 1,
  _syncVersion: 1,
  _revision: sequenceNumber,
  ...change,
});

/** Confirmed messages from one sequence to another. */
export const messages = (from: number, to: number): CachedMessage[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => message(from + index));

/** Meta of a synced chat that is held from `floor` on. */
export const metaOf = (floor: number, head: number, change: Partial<ChatMeta> = {}): ChatMeta => ({
  state: 'SYNCED',
  floor,
  watermark: head,
  head,
  gaps: [],
  unverified: [],
  unread: 0,
  lastReadSequence: 0,
  held: head - floor + 1,
  total: head,
  revision: String(head),
  lastSyncedAt: 1,
  lane: { pending: 0, blocked: null, nextRetryAt: null },
  draft: '',
  draftBy: null,
  draftVersion: 0,
  problem: null,
  ...change,
});

/** A snapshot of confirmed messages that follows the end of the chat. */
export function snapshotOf(version: number, from: number, to: number, change: Partial<ChatSnapshot> = {}): ChatSnapshot {
  const window: Window = { lo: from, hi: to, tail: true };
  return { requestId: CHAT, version, window, rows: messages(from, to), meta: metaOf(from, to), ...change };
}

/** A page of confirmed messages of a chat that is held from its beginning. */
export function pageOf(version: number, from: number, to: number, window: Window, change: Partial<ChatPage> = {}): ChatPage {
  return { requestId: CHAT, version, window, rows: messages(from, to), meta: metaOf(1, window.hi), ...change };
}

/** A patch with upserts. */
export function patchOf(version: number, upserts: readonly CachedMessage[], change: Partial<ChatPatch> = {}): ChatPatch {
  const head = Math.max(0, ...upserts.map((row) => row.sequenceNumber).filter((sequence) => sequence < 2 ** 52));
  return { t: 'chat', requestId: CHAT, version, upserts, removals: [], meta: metaOf(1, head), ...change };
}

/** A ticket. */
export const ticket = (id: string, lastMessageAt: string | null, change: Partial<CachedTicket> = {}): CachedTicket => ({
  id,
  subject: `Ticket ${id}`,
  statusId: 1,
  priority: null,
  requesterId: null,
  requester: null,
  technicianId: null,
  technician: null,
  headSequence: 0,
  lastMessageAt,
  lastMessagePreview: null,
  unreadCount: 0,
  lastReadSequence: 0,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: null,
  _revision: 1,
  _cachedAt: 1,
  ...change,
});
