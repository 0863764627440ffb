/** An environment whose time, page and locks are in the test's hands. */
import type { TabReport } from '../../protocol/daemon-api.ts';
import type { LatePage, LoadedEnvironment } from '../env.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import type { FakeLocks } from './fake-locks.ts';

/** Time that moves when it is told to. */
interface FakeTime {
  /** Runs every timer that is due within `ms`, in order. */
  advance(ms: number): void;
  /** Moves the clock without running timers in between, as a frozen page sees it; what is overdue runs at the end. */
  freeze(ms: number): void;
  /** Timers that are set. */
  timers(): number;
}

/** The page's controls. */
interface FakePage {
  set(report: Partial<TabReport>): void;
  hide(): void;
  show(): void;
  /** How often it was loaded anew. */
  reloads(): number;
  /** How often it asked to be brought to the front. */
  focuses(): number;
  /** How often it was to ask the browser for lasting storage. */
  persistenceAsked(): number;
  /** The tab's session storage takes nothing any more. */
  forbidStorage(): void;
}

/** Object URLs that were made and not revoked, with what they stand for. */
type FakeUrls = ReadonlyMap<string, Blob>;

/** An entry of the page's timeline. */
export interface FakeEntry {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly detail: unknown;
}

/** An environment and its controls. */
export interface FakeEnvironment {
  readonly env: LoadedEnvironment;
  readonly time: FakeTime;
  readonly page: FakePage;
  readonly urls: FakeUrls;
  /** The page's timeline. */
  readonly entries: readonly FakeEntry[];
  /** URLs by which workers of other builds were joined. */
  readonly joined: readonly string[];
  /** Keys in the page's storage. */
  readonly keys: Set<string>;
}

let ids = 0;

/** A visible, focused, online page at `https://desk.example/app/`. */
export function fakeEnvironment(locks: FakeLocks, createWorker: (name: string) => SharedWorker): FakeEnvironment {
  let now = 1_000;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const runDue = (until: number): void => {
    for (;;) {
      const due = [...timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) return;
      timers.delete(due);
      now = Math.max(now, due.at);
      due.run();
    }
  };

  const urls = new Map<string, Blob>();
  const keys = new Set<string>();
  let report: TabReport = { visible: true, focused: true, online: true };
  const listeners = { report: new Set<() => void>(), hide: new Set<() => void>(), show: new Set<() => void>() };
  const on = (set: Set<() => void>) => (listener: () => void) => {
    set.add(listener);
    return () => void set.delete(listener);
  };
  const emit = (set: Set<() => void>): void => {
    for (const listener of [...set]) listener();
  };

  const joined: string[] = [];
  const entries: FakeEntry[] = [];
  let reloads = 0;
  let focuses = 0;
  let persistenceAsked = 0;
  let storable = true;
  const stored = new Map<string, string>();
  const local = new Map<string, string>();

  const later: LatePage = {
    reload: () => (reloads += 1),
    focus: () => (focuses += 1),
    askPersistence: () => (persistenceAsked += 1),
    fetch: () => Promise.reject(new TypeError('no network in a test')),
    wallTime: () => now,
    session: { get: (key) => stored.get(key) ?? null, set: (key, value) => storable && Boolean(stored.set(key, value)) },
    local: {
      keys: (prefix) => [...local.keys()].filter((key) => key.startsWith(prefix)),
      get: (key) => local.get(key) ?? null,
      set: (key, value) => storable && Boolean(local.set(key, value)),
      remove: (key) => void local.delete(key),
      onChange: () => () => undefined,
    },
    removeKeys: (prefix) => {
      for (const key of keys) if (key.startsWith(prefix)) keys.delete(key);
    },
    urls: {
      create: (blob) => {
        const url = `blob:${++ids}`;
        urls.set(url, blob);
        return url;
      },
      revoke: (url) => void urls.delete(url),
    },
    timeline: {
      measure: ((name: string, { start, end, detail }: PerformanceMeasureOptions) => {
        entries.push({ name, startMs: Number(start), endMs: Number(end), detail: detail as unknown });
      }) as Performance['measure'],
      clearMeasures: (name) => void entries.splice(0, entries.length, ...entries.filter((entry) => entry.name !== name)),
    },
  };
  return {
    joined,
    entries,
    env: {
      clock: { now: () => now },
      timers: {
        after: (delayMs, run) => {
          const timer = { at: now + delayMs, run };
          timers.add(timer);
          return () => void timers.delete(timer);
        },
      },
      locks,
      page: {
        href: 'https://desk.example/app/',
        report: () => report,
        onReport: on(listeners.report),
        onHide: on(listeners.hide),
        onShow: on(listeners.show),
      },
      later,
      loadLatePage: () => Promise.resolve(later),
      random: () => 0.5,
      ids: { uuid: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`, short: () => `tab-${String(++ids).padStart(12, '0')}` },
      createWorker,
      joinWorker: (name, url) => {
        joined.push(url);
        return createWorker(name);
      },
      // A tab that may fall back is made by `fallback-tab.ts`.
      loadFallback: () => Promise.reject(new TabcachedError('HOST_UNAVAILABLE')),
    },
    time: {
      advance: (ms) => {
        const until = now + ms;
        runDue(until);
        now = until;
      },
      freeze: (ms) => {
        now += ms;
        runDue(now);
      },
      timers: () => timers.size,
    },
    keys,
    urls,
    page: {
      set: (change) => {
        report = { ...report, ...change };
        emit(listeners.report);
      },
      hide: () => emit(listeners.hide),
      show: () => emit(listeners.show),
      reloads: () => reloads,
      focuses: () => focuses,
      persistenceAsked: () => persistenceAsked,
      forbidStorage: () => (storable = false),
    },
  };
}
