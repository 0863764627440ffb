/**
 * A tab of a simulation: a session of the daemon with what its page would show.
 *
 * Owns: hello, frames in order, acknowledging, giving tokens, coming back after the daemon's death. A frozen tab hears nothing until it is
 * thawed, and then everything. Does not know who presses its buttons.
 */
import type { Anchor, CachedTicket, CallInput, CallName, CallOutputs, CallResult, DaemonFrame, DaemonSettings, GoodbyeFrame, HostState, NoticeFrame, TabReport, Welcome } from '../../protocol/index.ts';
import { fromWireError, toTabcachedError, type TabcachedError } from '../../protocol/errors.ts';
import { ACK_EVERY } from '../../protocol/limits.ts';
import { tabLease } from '../../protocol/names.ts';
import { NOTICE_STALE_MS } from '../../protocol/tabs.ts';
import type { Connection } from '../../worker/connection.ts';
import type { Daemon } from '../../worker/daemon.ts';
import type { FakeLocks } from '../../worker/testing/fake-locks.ts';
import type { HeldLock } from '../../worker/env.ts';
import { createSimFiles, type SimFile, type SimFiles } from './sim-files.ts';
import { createSimChat, daemonLost, type SimChat } from './sim-chat.ts';
import { createSimTickets } from './sim-tickets.ts';
import type { TokenAnswer } from './token-answers.ts';

/** What a tab is made with. */
export interface SimTabSetup {
  readonly id: string;
  readonly userId: string;
  readonly locks: FakeLocks;
  readonly settings: DaemonSettings;
  /** The token of now; null when nobody is signed in here. */
  token(): string | null;
  /** The token of another person who uses the same browser. */
  strangeToken?(): string | null;
  /** Everything that its daemon tells or answers, as text. */
  onText?(text: string): void;
  /** Its person is told of new messages. Default: nobody wants to be. */
  onNotices?(notices: NoticeFrame['notices']): void;
  /** How it answers a question for its token. */
  tokenAnswer(): TokenAnswer;
  later(ms: number, run: () => void): void;
  onOpened(chat: SimChat): void;
  onBytes(file: SimFile, kind: 'body' | 'thumbnail', bytes: Uint8Array<ArrayBuffer>): void;
  elapsedMs(): number;
  wallTime(): number;
  /** The daemon said goodbye. */
  onGoodbye(frame: GoodbyeFrame): void;
  /** Default: a build without an order. */
  readonly buildId?: string;
  /** Hello was answered: it is let in, or not. */
  onWelcome?(welcome: Welcome): void;
  onRefused?(error: TabcachedError): void;
}

/** A tab. */
export interface SimTab {
  readonly id: string;
  readonly chats: ReadonlyMap<string, SimChat>;
  readonly files: SimFiles;
  isVisible(): boolean;
  /** When, in elapsed time, it last told whether it is visible. */
  reportedAt(): number;
  isAlive(): boolean;
  isFrozen(): boolean;
  /** Has it a question for its token without an answer? */
  isAsked(): boolean;
  /** Runs once a daemon has answered its hello, before anybody can press anything. */
  onceReady(run: () => void): void;
  /** Has its hello been answered by a daemon that lives? */
  isReady(): boolean;
  tickets(): ReadonlyMap<string, CachedTicket>;
  /** What the daemon told last of itself; null: nothing yet. */
  host(): HostState | null;
  /** Says hello to a daemon and opens again what was open. */
  connect(daemon: Pick<Daemon, 'connect'>): void;
  /** The daemon died. */
  down(): void;
  /** Rejects with `DAEMON_LOST` when the daemon dies meanwhile. */
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutputs[Name]>;
  openChat(requestId: string, anchor: Anchor): SimChat;
  closeChat(requestId: string): void;
  /** Tells the daemon. Answers whether it is visible, or online, and was not. */
  report(change: Partial<TabReport>): boolean;
  freeze(): void;
  thaw(): void;
  /** The page goes into the back/forward cache: its lock is free, its line is closed, it is frozen. After being thawed it has its lock again. */
  hide(): void;
  /** Gone; `politely`: it says so, otherwise only its lock tells. */
  leave(politely: boolean): void;
}

let parsedText = '';
let parsed: DaemonFrame | null = null;

/** The same text goes to every tab that watches a chat; frames are never changed, so that they can share one. */
function parseFrame(text: string): DaemonFrame {
  if (text !== parsedText || !parsed) [parsedText, parsed] = [text, JSON.parse(text) as DaemonFrame];
  return parsed;
}

/** Creates a tab that is not connected yet. */
export function createSimTab(setup: SimTabSetup): SimTab {
  const { id, userId, locks } = setup;
  const lease = tabLease(userId, id);
  const chats = new Map<string, SimChat>();
  const pending = new Set<(error: Error) => void>();
  const told = new Map<string, number>();
  let connection: Connection | null = null;
  let generation = 0;
  let ready = false;
  let asked = false;
  const waiting: (() => void)[] = [];
  let received = 0;
  let alive = true;
  let frozen: string[] | null = null;
  let reportedAt = 0;
  let report: TabReport = { visible: true, focused: true, online: true };
  let host: HostState | null = null;
  let connectedOnce = false;
  let hidden = false;
  let lock: HeldLock | null = null;
  const takeLock = (): void => void locks.hold(lease).then((held) => (alive ? (lock = held) : held.release()));
  takeLock();

  const rawCall = <Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutputs[Name]> => {
    const line = connection;
    if (!line) return Promise.reject(daemonLost());
    return new Promise((resolve, reject) => {
      pending.add(reject);
      void (line.call(name, input) as Promise<CallResult<CallOutputs[Name]>>).then((result) => {
        if (!pending.delete(reject)) return;
        if (setup.onText && result.ok) setup.onText(JSON.stringify(result.value ?? null));
        if (result.ok) resolve(result.value);
        else reject(fromWireError(result.error));
      });
    });
  };

  const files = createSimFiles({ call: rawCall, elapsedMs: setup.elapsedMs, later: (ms, run) => setup.later(ms, () => alive && run()), isReady: () => ready && alive, onBytes: setup.onBytes });

  const list = createSimTickets(() => rawCall('openTickets', {}));

  const take = (text: string): void => {
    const frame = parseFrame(text);
    received += 1;
    if (received % ACK_EVERY === 0) rawCall('ack', { frames: received }).catch(() => undefined);
    if (frame.t === 'chat') chats.get(frame.requestId)?.patch(frame);
    else if (frame.t === 'tickets') list.patch(frame);
    else if (frame.t === 'media') files.receive(frame);
    else if (frame.t === 'stale') {
      for (const requestId of frame.requestIds) chats.get(requestId)?.open();
      if (frame.tickets) list.open();
    } else if (frame.t === 'token') {
      const { requestNumber, rejected } = frame;
      const { with: kind, afterMs } = setup.tokenAnswer();
      const old = setup.token();
      asked = true;
      if (kind === 'never') return;
      setup.later(afterMs, () => {
        asked = false;
        rawCall('giveToken', { requestNumber, token: kind === 'none' ? null : kind === 'strange' ? (setup.strangeToken?.() ?? null) : kind === 'old' ? (rejected ?? old) : setup.token() }).catch(() => undefined);
      });
    } else if (frame.t === 'notice') {
      // As `client/notices.ts`: a tab that slept knows that another one was told meanwhile.
      if (Math.abs(setup.wallTime() - frame.at) > NOTICE_STALE_MS) return;
      rawCall('noticed', { number: frame.number }).catch(() => undefined);
      setup.onNotices?.(frame.notices.filter(({ requestId, sequence }) => told.get(requestId) !== sequence));
      for (const { requestId, sequence } of frame.notices) told.set(requestId, sequence);
    } else if (frame.t === 'host') ({ host } = frame);
    else if (frame.t === 'goodbye') setup.onGoodbye(frame);
  };

  const down = (): void => {
    connection = null;
    host = null;
    ready = false;
    asked = false;
    generation += 1;
    list.down();
    for (const reject of [...pending]) {
      pending.delete(reject);
      reject(daemonLost());
    }
    for (const chat of chats.values()) chat.down();
    files.down();
  };

  return {
    id,
    chats,
    files,
    isVisible: () => report.visible,
    reportedAt: () => reportedAt,
    isAlive: () => alive,
    isFrozen: () => frozen !== null,
    isAsked: () => asked,
    isReady: () => ready && alive,
    onceReady: (run) => {
      if (ready) run();
      else waiting.push(run);
    },
    tickets: list.shown,
    host: () => host,
    connect: (daemon) => {
      if (!alive) return;
      const mine = ++generation;
      list.down();
      ready = false;
      received = 0;
      connection = daemon.connect((text) => {
        if (mine !== generation || !alive) return;
        setup.onText?.(text);
        if (frozen) frozen.push(text);
        else take(text);
      });
      rawCall('hello', { protocol: 1, buildId: setup.buildId ?? 'build', userId, tabId: id, lease, settings: setup.settings, report, ...(setup.onWelcome ? { returning: connectedOnce } : {}) }).then(
        (welcome) => {
          if (mine !== generation) return;
          ready = true;
          connectedOnce = true;
          // Where nothing has changed since, nothing more is told: a tab that takes the place of another may hear this once.
          ({ host } = welcome);
          setup.onWelcome?.(welcome);
          list.open();
          if (setup.onNotices) rawCall('watchNotices', { watching: true }).catch(() => undefined);
          for (const run of waiting.splice(0)) run();
          for (const chat of chats.values()) chat.open();
          files.up();
        },
        (thrown: unknown) => {
          if (mine === generation) setup.onRefused?.(toTabcachedError(thrown));
        },
      );
    },
    down,
    call: rawCall,
    openChat: (requestId, anchor) => {
      chats.get(requestId)?.close();
      const chat: SimChat = createSimChat({
        requestId,
        anchor,
        // What is opened before hello is answered is opened then.
        call: (name, input) => (ready ? (rawCall(name, input as never) as Promise<string>) : Promise.reject(daemonLost())),
        later: (ms, run) => setup.later(ms, () => alive && run()),
        onOpened: () => setup.onOpened(chat),
      });
      chats.set(requestId, chat);
      chat.open();
      return chat;
    },
    closeChat: (requestId) => {
      chats.get(requestId)?.close();
      files.unwatchChat(requestId);
      if (chats.delete(requestId)) rawCall('closeChat', { requestId }).catch(() => undefined);
    },
    report: (change) => {
      const before = report;
      report = { ...report, ...change };
      reportedAt = setup.elapsedMs();
      rawCall('report', report).catch(() => undefined);
      return (report.online && !before.online) || (report.visible && !before.visible);
    },
    freeze: () => void (frozen ??= []),
    hide: () => {
      connection?.close();
      down();
      lock?.release();
      lock = null;
      hidden = true;
      frozen = [];
    },
    thaw: () => {
      if (hidden) takeLock();
      hidden = false;
      const texts = frozen ?? [];
      frozen = null;
      for (const text of texts) take(text);
    },
    leave: (politely) => {
      if (politely) rawCall('bye', {}).catch(() => undefined);
      alive = false;
      for (const chat of chats.values()) chat.close();
      // Of a tab that crashed only its lock tells.
      if (politely) connection?.close();
      connection = null;
      generation += 1;
      list.down();
      pending.clear();
      if (lock) lock.release();
      else locks.kill(lease);
    },
  };
}
