/**
 * A rig with a chat, and the faults that a case needs on the way of an answer or of a write.
 *
 * Owns: answers that are changed, held back or lost after the server has acted, a store that dies in the middle of a transaction, and
 * shorthands. Wraps the rig and its server; knows nothing of the daemon.
 */
import type { Backend, CachedMessage, ChangeFrame, ChatSyncState, OfflineOperation } from '../../protocol/index.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { countingIds, createRig, type Rig, type RigOptions, type RigTab } from './rig.ts';

/** The chat of every scenario. */
export const CHAT = '11111111-1111-4111-8111-111111111111';
/** A second one, in a lane of its own. */
export const OTHER_CHAT = '22222222-2222-4222-8222-222222222222';

/** Requests whose answers can be changed. */
type Kind = 'tickets' | 'messages' | 'changes' | 'send' | 'findByTempId' | 'markRead';
type Answer<K extends Kind> = Awaited<ReturnType<NonNullable<Backend[K]>>>;

/** Runs when the server has acted, before its answer leaves: may change it, wait, or throw (the answer is lost). */
export type Intercepts = { [K in Kind]?: (answer: Answer<K>) => Answer<K> | Promise<Answer<K>> };

/** What a scenario is made with. */
export interface ScenarioOptions {
  /** Extensions that the backend does not have. `revision`: its pages name none. */
  readonly without?: readonly ('changes' | 'openPush' | 'findByTempId' | 'revision')[];
  readonly outboxLimit?: number;
  readonly env?: RigOptions['env'];
}

/** A rig, its chat, its faults. */
export interface Scenario {
  readonly rig: Rig;
  readonly answers: Intercepts;
  /** Decides about every write transaction, after its work and before it is kept: throw, and it is aborted. */
  onWrite: () => void;
  /** Appends messages of somebody else, each named for its sequence. */
  fill(count: number, id?: string): void;
  /** Thousands of messages at once, without a frame for each: only while the links are cut. */
  fillMany(count: number): void;
  serverTexts(id?: string): string[];
  /** Details of the requests of a kind (as the model server names them) since the last {@link forgetRequests}. */
  asked(kind: string): unknown[];
  forgetRequests(): void;
  /** A tab with the chat open and synchronised. */
  openedTab(id?: string): Promise<RigTab>;
  send(tab: RigTab, content: string, id?: string): Promise<string>;
  storedRows(id?: string): Promise<readonly CachedMessage[]>;
  storedMeta(id?: string): Promise<ChatSyncState | undefined>;
  storedOperations(): Promise<readonly OfflineOperation[]>;
  /** Change frames that were held back, in the order of the server. */
  heldChanges(): ChangeFrame[];
}

/** Something that waits until it is let go. */
export interface Gate {
  /** Resolves when the gate is open. */
  pass(): Promise<void>;
  /** How many wait or have passed. */
  arrived(): number;
  open(): void;
}

/** A closed gate. */
export function createGate(): Gate {
  let arrived = 0;
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    pass: () => {
      arrived += 1;
      return opened;
    },
    arrived: () => arrived,
    open: () => open(),
  };
}

/** Creates a scenario with two empty chats and no tab. */
export async function createScenario({ without = [], outboxLimit, env }: ScenarioOptions = {}): Promise<Scenario> {
  const memory = createMemoryStore();
  const store: Store = {
    ...memory,
    write: (stores, durability, work) =>
      memory.write(stores, durability, async (tx) => {
        const result = await work(tx);
        scenario.onWrite();
        return result;
      }),
  };
  const rig = await createRig({ openStore: () => Promise.resolve(store), ...(env ? { env } : {}), ...(outboxLimit === undefined ? {} : { settings: { outboxLimit } }) });
  const { server } = rig;
  const answers: Intercepts = {};
  intercept(server.backend, answers, without);
  const count = countingIds();
  const newId = (): string => count().replace(/^0000/, '8888');
  let forgotten = 0;
  server.createChat(CHAT);
  server.createChat(OTHER_CHAT);

  const scenario: Scenario = {
    rig,
    answers,
    onWrite: () => undefined,
    fill: (count, id = CHAT) => {
      for (let i = 0; i < count; i++) server.append(id, `message ${(server.chats.get(id)?.head ?? 0) + 1}`);
    },
    fillMany: (count) => {
      const chat = server.chats.get(CHAT);
      if (!chat) return;
      const model = server.append(CHAT, `message ${chat.head + 1}`);
      for (let i = 1; i < count; i++) {
        const [sequenceNumber, revision] = [++chat.head, ++chat.revision];
        chat.messages.set(sequenceNumber, { ...model, id: newId(), sequenceNumber, revision, content: `message ${sequenceNumber}` });
      }
    },
    serverTexts: (id = CHAT) => server.visible(id).map((row) => row.content),
    asked: (kind) => server.log.slice(forgotten).flatMap((entry) => (entry.kind === kind ? [entry.detail] : [])),
    forgetRequests: () => void (forgotten = server.log.length),
    openedTab: async (id = CHAT) => {
      const tab = await rig.openTab();
      await tab.open(id);
      await rig.time.advance(100);
      return tab;
    },
    send: async (tab, content, requestId = CHAT) => {
      const clientTempId = newId();
      await tab.call('send', { requestId, clientTempId, content });
      return clientTempId;
    },
    storedRows: async (id = CHAT) => {
      const rows = await rig.store.read(['messages'], (tx) => tx.getAll('messages', { index: 'by_request', bounds: { lower: id, upper: id } }));
      return rows.toSorted((a, b) => a.sequenceNumber - b.sequenceNumber);
    },
    storedMeta: (id = CHAT) => rig.store.read(['chat_meta'], (tx) => tx.get('chat_meta', id)),
    storedOperations: () => rig.store.read(['offline_queue'], (tx) => tx.getAll('offline_queue')),
    heldChanges: () => server.heldFrames.filter((frame) => frame.type === 'change'),
  };
  return scenario;
}

/** Puts the interceptors between the server and whoever asks it. */
function intercept(backend: Backend, answers: Intercepts, without: NonNullable<ScenarioOptions['without']>): void {
  const target = backend as { -readonly [K in keyof Backend]: Backend[K] };
  const wrap = <Args extends readonly unknown[], K extends Kind>(kind: K, run: ((...args: Args) => Promise<Answer<K>>) | undefined) =>
    run && (async (...args: Args): Promise<Answer<K>> => {
      const answer = await run(...args);
      const change = answers[kind] as ((answer: Answer<K>) => Answer<K> | Promise<Answer<K>>) | undefined;
      return change ? change(answer) : answer;
    });
  const messages = backend.messages.bind(backend);
  const plain: Backend['messages'] = without.includes('revision') ? async (...args) => ({ ...(await messages(...args)), revision: null }) : messages;
  Object.assign(target, {
    tickets: wrap('tickets', backend.tickets.bind(backend)),
    messages: wrap('messages', plain),
    changes: wrap('changes', backend.changes?.bind(backend)),
    send: wrap('send', backend.send.bind(backend)),
    findByTempId: wrap('findByTempId', backend.findByTempId?.bind(backend)),
    markRead: wrap('markRead', backend.markRead.bind(backend)),
  });
  for (const extension of without) if (extension !== 'revision') delete target[extension];
}
