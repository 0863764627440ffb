/**
 * The push links of a simulation: they connect, break and come back by themselves, and frames on them get lost, doubled or late.
 *
 * Owns: what happens to a frame on its way. Frames that follow an ordinary fate keep their order. Does not know what a frame says.
 */
import type { PushEvents, PushFrame, PushLink } from '../../protocol/index.ts';
import type { BackendEnvironment } from '../../worker/backend/backend-environment.ts';
import type { ModelServer } from '../../worker/testing/model-server.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import { createRandom, type Random } from './random.ts';

/** What happens to the next frames. */
export type FrameFate = 'drop' | 'double' | 'late' | 'mixed';

/** The wire, and what can be done to it. */
export interface PushWire {
  open(env: BackendEnvironment, events: PushEvents): PushLink;
  breakAll(code: 'OFFLINE' | 'UNAUTHORIZED'): void;
  /** Has a daemon been welcomed on a link that is there? */
  isOpen(): boolean;
  /** Whoever held links is dead. */
  dropAll(): void;
  /** The next frames share that fate. */
  disturb(fate: FrameFate, frames: number, salt: number): void;
  calm(): void;
}

/** What a wire is made with. */
export interface PushWireSetup {
  readonly server: ModelServer;
  readonly time: VirtualTime;
  readonly latencyMs: () => number;
  readonly isUp: () => boolean;
  readonly token: () => string;
  onBoundary(): void;
  /** The server as another person has it, when the token is that person's. */
  strangerOf?(token: string): ModelServer | null;
  /** A link is given a token that it was refused with. */
  onOldToken(): void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** Creates the wire. */
export function createPushWire(setup: PushWireSetup): PushWire {
  const { server, time } = setup;
  const links = new Set<{ fail(code: 'OFFLINE' | 'UNAUTHORIZED'): void; end(): void; isOpen: boolean }>();
  let disturbed = 0;
  let fate: FrameFate = 'mixed';
  let random: Random = createRandom(0);

  /** When a frame arrives, in milliseconds from now; more than once when it is doubled. */
  const arrivals = (): readonly number[] => {
    const usual = setup.latencyMs();
    if (disturbed <= 0) return [usual];
    disturbed -= 1;
    const kind = fate === 'mixed' ? (['drop', 'double', 'late', 'none'] as const)[random.int(4)] : fate;
    const lateMs = usual + 1 + random.int(random.chance(0.5) ? 40 : 2_000);
    if (kind === 'drop') return [];
    if (kind === 'double') return [usual, lateMs];
    return kind === 'late' ? [lateMs] : [usual];
  };

  const openLink = (env: BackendEnvironment, events: PushEvents): PushLink => {
    const over = new AbortController();
    let inner: PushLink | null = null;
    let life = 0;
    let rejected: string | null = null;
    const refused = new Set<string>();
    let failures = 0;
    let cancelPause: (() => void) | null = null;

    const later = (mine: number, ms: number, run: () => void): void => {
      const alive = (): void => {
        if (mine !== life || over.signal.aborted) return;
        setup.onBoundary();
        run();
      };
      if (ms <= 0) alive();
      else time.timers.after(ms, alive);
    };
    const carry = (mine: number, run: () => void): void => {
      for (const ms of arrivals()) later(mine, ms, run);
    };
    const pause = (): void => {
      if (over.signal.aborted) return;
      const longestMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      failures += 1;
      cancelPause = env.timers.after(env.random() * longestMs, resume);
    };
    const resume = (): void => {
      cancelPause?.();
      cancelPause = null;
      void connect();
    };
    const end = (): void => {
      life += 1;
      inner?.close();
      inner = null;
    };
    const fail = (code: 'OFFLINE' | 'UNAUTHORIZED', token: string | null): void => {
      end();
      if (code === 'UNAUTHORIZED') rejected = token;
      if (code === 'UNAUTHORIZED' && token !== null) refused.add(token);
      events.onDown(code);
      if (code === 'UNAUTHORIZED' && failures === 0) {
        failures += 1;
        void connect();
      } else pause();
    };
    const connect = async (): Promise<void> => {
      end();
      const mine = life;
      let token: string;
      try {
        token = await env.token(rejected, over.signal);
        if (refused.has(token)) setup.onOldToken();
        if (token === rejected) throw new Error('the same token');
      } catch {
        if (over.signal.aborted || mine !== life) return;
        events.onDown('UNAUTHORIZED');
        return pause();
      }
      later(mine, setup.latencyMs(), () => {
        if (!setup.isUp()) return fail('OFFLINE', token);
        const stranger = setup.strangerOf?.(token);
        if (token !== setup.token() && !stranger) return fail('UNAUTHORIZED', token);
        const link = { fail: (code: 'OFFLINE' | 'UNAUTHORIZED') => fail(code, token), end, isOpen: false };
        links.add(link);
        const own = (stranger ?? server).backend.openPush?.({
          onOpen: (userId) =>
            later(mine, setup.latencyMs(), () => {
              failures = 0;
              link.isOpen = true;
              events.onOpen(userId);
            }),
          onFrame: (frame: PushFrame) => carry(mine, () => events.onFrame(frame)),
          onMalformed: events.onMalformed,
          onDown: () => undefined,
        });
        inner = {
          wake: () => own?.wake(),
          close: () => {
            links.delete(link);
            own?.close();
          },
        };
      });
    };

    void connect();
    return {
      wake: () => {
        if (!over.signal.aborted && cancelPause) resume();
      },
      close: () => {
        over.abort();
        cancelPause?.();
        end();
      },
    };
  };

  return {
    open: openLink,
    breakAll: (code) => {
      for (const link of [...links]) link.fail(code);
    },
    isOpen: () => [...links].some((link) => link.isOpen),
    dropAll: () => {
      for (const link of [...links]) link.end();
    },
    disturb: (next, frames, salt) => {
      fate = next;
      disturbed = frames;
      random = createRandom(salt, 7);
    },
    calm: () => void (disturbed = 0),
  };
}
