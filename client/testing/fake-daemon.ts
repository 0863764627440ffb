/** Daemons on the other end of real message channels: what a test does not script answers as an empty daemon would. */
import { expose } from 'comlink';
import type { CallInput, CallName, CallOutputs, DaemonEndpoint } from '../../protocol/daemon-api.ts';
import { toWireError } from '../../protocol/errors.ts';
import { workerLock } from '../../protocol/lobby.ts';
import { daemonLease, parseWorkerName, type WorkerIdentity } from '../../protocol/names.ts';
import type { DaemonFrame, HostState } from '../../protocol/views.ts';
import type { HeldLock } from '../env.ts';
import { fakeDedicatedWorker, type StartedDaemon } from './fake-dedicated.ts';
import type { FakeLocks } from './fake-locks.ts';

/** A call as the daemon received it. */
interface ReceivedCall {
  readonly name: CallName;
  readonly input: unknown;
}

type Handler<Name extends CallName> = (input: CallInput<Name>) => CallOutputs[Name] | Promise<CallOutputs[Name]>;
/** Scripted answers by call. */
type Script = { [Name in CallName]?: Handler<Name> };

/** One life of a daemon. */
export interface FakeDaemon {
  readonly epoch: string;
  readonly identity: WorkerIdentity;
  readonly lease: string;
  readonly calls: readonly ReceivedCall[];
  /** Inputs of the calls of that name, in order. */
  inputs<Name extends CallName>(name: Name): CallInput<Name>[];
  /** Ports opened so far. */
  ports(): number;
  readonly script: Script;
  host(): HostState;
  /** Posts a frame to every tab. */
  post(frame: DaemonFrame): void;
  /** Dies: answers nothing more, its lock is released, no event reaches the tabs. */
  kill(): void;
  /** Ends by itself; its worker lives, and the next hello there finds another daemon. */
  endLife(): void;
  /** Answers nothing more and keeps its lock. */
  hang(): void;
  /** It was killed, or hangs. */
  isSilent(): boolean;
}

/** The workers of one browser. */
export interface FakeWorkers {
  createWorker(name: string): SharedWorker;
  /** A worker of one tab: `terminate` ends it. */
  createDedicatedWorker(name: string): Worker;
  /** Every daemon that was ever started, oldest first. */
  readonly daemons: readonly FakeDaemon[];
  /** The newest daemon. */
  latest(): FakeDaemon;
  /** Applied to every daemon that starts from now on. */
  onStart(prepare: (daemon: FakeDaemon) => void): void;
  close(): void;
}

/** A browser without workers. */
export function fakeWorkers(locks: FakeLocks): FakeWorkers {
  const running = new Map<string, StartedDaemon>();
  const dedicated: Worker[] = [];
  const daemons: FakeDaemon[] = [];
  const ports: MessagePort[] = [];
  let prepare: (daemon: FakeDaemon) => void = () => undefined;

  const start = (name: string, isDedicated = false): StartedDaemon => {
    const identity = parseWorkerName(name);
    if (!identity) throw new Error(`not a worker's name: ${name}`);
    const epoch = `epoch${daemons.length + 1}`;
    const lease = daemonLease(identity, epoch, `https://desk.example/${identity.buildId}.js`);
    const calls: ReceivedCall[] = [];
    const open: MessagePort[] = [];
    const script: Script = {};
    let silent = false;
    let held: HeldLock | null = null;
    const forGood = new AbortController().signal;
    let leaseTaken = locks.hold(lease, forGood).then((lock) => (held = lock));
    const ownLock = isDedicated ? locks.hold(workerLock(identity, epoch), forGood) : null;

    const host = (): HostState => ({ epoch, link: 'live', storage: 'indexeddb', trouble: null, tabs: open.length, pending: 0, needsToken: false, lacks: [] });
    const answer = (callName: CallName): unknown =>
      callName === 'hello' ? { epoch, buildId: identity.buildId, lease, host: host() } : null;
    const endpoint: DaemonEndpoint = {
      call: async (callName, input) => {
        calls.push({ name: callName, input });
        if (callName === 'hello' && !silent && !locks.isHeld(lease)) leaseTaken = locks.hold(lease, forGood).then((lock) => (held = lock));
        await leaseTaken;
        if (silent) return new Promise(() => undefined);
        try {
          const handler = script[callName] as ((input: unknown) => unknown) | undefined;
          const value = await (handler ? handler(input) : answer(callName));
          return silent ? await new Promise(() => undefined) : { ok: true, value };
        } catch (thrown) {
          return { ok: false, error: toWireError(thrown) };
        }
      },
    };
    const daemon: FakeDaemon = {
      epoch,
      identity,
      lease,
      calls,
      inputs: <Name extends CallName>(callName: Name) =>
        calls.filter((call) => call.name === callName).map((call) => call.input as CallInput<Name>),
      ports: () => open.length,
      script,
      host,
      post: (frame) => {
        for (const port of open) port.postMessage(JSON.stringify(frame));
      },
      kill: () => {
        silent = true;
        if (running.get(name)?.daemon === daemon) running.delete(name);
        void leaseTaken.then(() => held?.release());
        void ownLock?.then((lock) => lock.release());
      },
      endLife: () => void leaseTaken.then(() => held?.release()),
      hang: () => {
        silent = true;
      },
      isSilent: () => silent,
    };
    return {
      daemon,
      connect: (port) => {
        open.push(port);
        expose(endpoint, port);
      },
    };
  };

  return {
    createWorker: (name) => {
      let worker = running.get(name);
      if (!worker) {
        worker = start(name);
        running.set(name, worker);
        daemons.push(worker.daemon);
        prepare(worker.daemon);
      }
      const { port1, port2 } = new MessageChannel();
      ports.push(port1, port2);
      worker.connect(port2);
      return { port: port1, addEventListener: () => undefined } as unknown as SharedWorker;
    },
    createDedicatedWorker: (name) => {
      const worker = fakeDedicatedWorker(name, (asked) => {
        const started = start(asked, true);
        daemons.push(started.daemon);
        prepare(started.daemon);
        return started;
      });
      dedicated.push(worker);
      return worker;
    },
    daemons,
    latest: () => daemons.at(-1) as FakeDaemon,
    onStart: (run) => (prepare = run),
    close: () => {
      for (const port of ports) port.close();
      for (const worker of dedicated) worker.terminate();
    },
  };
}
