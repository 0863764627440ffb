/**
 * A tab of the benchmarks: one client of the daemon under test and one port of the bare worker, in the same page.
 *
 * Owns: what this tab received and when. The bench drives it through `window.bench`.
 */
import { connect, type ChatView, type Client } from 'tabcached';
import { BARE_LEASE, giveOrder, type Answer, type Order, type Side } from './commands.ts';
import { FILE_BYTES, fileChat, fileName } from './files.ts';
import { fillFiles } from './fill-files.ts';
import { fillStore, whenStored } from './fill-store.ts';
import { chatId, sharedNow, storedMessage, USER_ID } from './rows.ts';

/** Arrival of changes: sequence and shared clock. */
export type Arrivals = readonly (readonly [sequence: number, at: number])[];

/** What the bench may ask of a tab. */
export interface BenchTab {
  /** Connects to the daemon; its database exists afterwards. */
  connect(): Promise<void>;
  disconnect(): void;
  connectBare(): void;
  /** Keeps chats open on the side named; arrivals of new messages are noted. Resolves when the snapshots are there. */
  watch(side: Side, chats: readonly number[]): Promise<void>;
  /** Lets go of everything watched, and forgets the arrivals. */
  unwatch(): void;
  arrivals(side: Side): Arrivals;
  /** Opens a chat once; milliseconds from the request to its 50 rows. */
  open(side: Side, how: 'warm' | 'disk', chat: number): Promise<number>;
  order(side: Side, order: Order): Promise<Answer>;
  /** Writes chats of `perChat` messages each into the daemon's database, by hand. No daemon may run. */
  fill(chats: number, perChat: number): Promise<void>;
  /**
   * Shared clock when this tab is live again after the worker's next death: connected to another one, with the chat on its screen.
   * To be called while the worker lives.
   */
  liveAgain(side: Side, chat: number): Promise<number>;
  /** Writes old files into the daemon's database, by hand. */
  fillFiles(from: number, count: number): Promise<void>;
  /** Asks the daemon for files; answers when that began, and when the last one was there or given up. */
  download(from: number, count: number): Promise<Answer>;
  /** Files that the daemon has evicted. */
  evictedFiles(): Promise<number>;
  /** Shared clock when the chat's record says that everything up to `sequence` is stored. */
  whenStored(chat: number, sequence: number): Promise<number>;
}

declare global {
  interface Window {
    bench: BenchTab;
  }
}

const createWorker = (name: string): SharedWorker =>
  new SharedWorker(new URL('./daemon.ts', import.meta.url), { type: 'module', name, extendedLifetime: true } as WorkerOptions);

let client: Client | null = null;
let bare: MessagePort | null = null;
let stops: (() => void)[] = [];
const received: Record<Side, [number, number][]> = { daemon: [], bare: [] };
let onBareRows: ((requestId: string, rows: readonly unknown[]) => void) | null = null;

const theClient = (): Client => {
  if (!client) throw new Error('Not connected.');
  return client;
};

/** Subscribes, and calls back with the newest sequence at every change of the rows. */
function follow(view: ChatView, onNewest: (sequence: number, count: number) => void): () => void {
  const look = (): void => {
    const { items, ready } = view.getSnapshot();
    const last = items.at(-1);
    if (ready && last?.type === 'message') onNewest(last.message.sequenceNumber, items.length);
  };
  const stop = view.subscribe(look);
  look();
  return stop;
}

function watchDaemon(chat: number): Promise<void> {
  return new Promise((resolve) => {
    let known = 0;
    const stop = follow(theClient().chat(chatId(chat)), (sequence) => {
      // Patches may have been put together: whatever is new now has arrived now.
      const at = sharedNow();
      if (known > 0) for (let next = known + 1; next <= sequence; next++) received.daemon.push([next, at]);
      known = Math.max(known, sequence);
      resolve();
    });
    stops.push(stop);
  });
}

function openDaemon(chat: number): Promise<number> {
  return new Promise((resolve) => {
    let stop = (): void => undefined;
    const began = performance.now();
    stop = follow(theClient().chat(chatId(chat)), (_sequence, count) => {
      if (count < 50) return;
      const took = performance.now() - began;
      queueMicrotask(() => stop());
      resolve(took);
    });
  });
}

function openBare(how: 'warm' | 'disk', chat: number): Promise<number> {
  return new Promise((resolve) => {
    const began = performance.now();
    onBareRows = (requestId, rows) => {
      if (requestId !== chatId(chat) || rows.length < 50) return;
      onBareRows = null;
      resolve(performance.now() - began);
    };
    bare?.postMessage({ kind: how, requestId: chatId(chat) });
  });
}

/** The daemon's tab does this by itself; here it is only watched. Loading waits until the view is open again, and then has nothing to load. */
function daemonLiveAgain(chat: number): Promise<number> {
  const { status } = theClient();
  const view = theClient().chat(chatId(chat));
  const before = status.getSnapshot().epoch;
  return new Promise((resolve) => {
    const look = (): void => {
      const { epoch, connected } = status.getSnapshot();
      if (!connected || epoch === before) return;
      undo();
      void view.loadNewer().then(() => resolve(sharedNow()));
    };
    const undo = status.subscribe(look);
  });
}

/** A bare worker that does not answer for so long is one that was closing when the tab came; nobody is told. */
const BARE_PATIENCE_MS = 100;

/** What a hand-written tab does: waits for the worker's lock, makes a worker of the same name, asks it for the rows; again when it gets none. */
async function bareLiveAgain(chat: number): Promise<number> {
  await navigator.locks.request(BARE_LEASE, { mode: 'shared' }, () => undefined);
  for (;;) {
    connectBare();
    const patience = new Promise<null>((resolve) => setTimeout(resolve, BARE_PATIENCE_MS, null));
    if ((await Promise.race([openBare('warm', chat), patience])) !== null) return sharedNow();
  }
}

function connectBare(): void {
  const worker = new SharedWorker(new URL('./bare-worker.ts', import.meta.url), { type: 'module', name: 'bare' });
  bare = worker.port;
  bare.onmessage = ({ data }: MessageEvent<{ requestId: string; rows: readonly { sequenceNumber: number }[] }>) => {
    const at = sharedNow();
    if (onBareRows) onBareRows(data.requestId, data.rows);
    else for (const row of data.rows) received.bare.push([row.sequenceNumber, at]);
  };
}

/** Subscribes to a file until it is there. */
function download(from: number, count: number): Promise<Answer> {
  const began = sharedNow();
  const one = (number: number): Promise<void> =>
    new Promise((resolve) => {
      const messageId = storedMessage(fileChat(number), 1).id;
      const view = theClient().media(chatId(fileChat(number)), fileName(number), { messageId, fileSize: FILE_BYTES, mimeType: 'application/pdf', onScreen: false });
      const stop = view.subscribe(() => {
        const { status } = view.getSnapshot();
        if (status !== 'completed' && status !== 'failed') return;
        queueMicrotask(() => stop());
        resolve();
      });
    });
  return Promise.all(Array.from({ length: count }, (_, at) => one(from + at))).then(() => [
    [0, began],
    [1, sharedNow()],
  ]);
}

window.bench = {
  connect: async () => {
    client = await connect({ userId: USER_ID, backend: '/bench', getToken: () => 'bench', createWorker, buildId: 'bench' });
  },
  disconnect: () => client?.close(),
  connectBare,
  liveAgain: (side, chat) => (side === 'daemon' ? daemonLiveAgain(chat) : bareLiveAgain(chat)),
  watch: async (side, chats) => {
    if (side === 'daemon') await Promise.all(chats.map(watchDaemon));
  },
  unwatch: () => {
    for (const stop of stops) stop();
    stops = [];
    received.daemon = [];
    received.bare = [];
  },
  arrivals: (side) => received[side],
  open: (side, how, chat) => (side === 'daemon' ? openDaemon(chat) : openBare(how, chat)),
  order: giveOrder,
  fill: fillStore,
  fillFiles,
  download,
  evictedFiles: async () => (await theClient().stats()).media?.evictedFiles ?? 0,
  whenStored,
};
