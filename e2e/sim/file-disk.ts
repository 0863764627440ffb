/**
 * The folder of a simulated desktop: files that are written in steps, between which the daemon may die, that refuse, and that a cleaner
 * deletes behind everybody's back (#84). Some daemons cannot open it at all.
 *
 * Owns: the bytes, and what goes wrong with them, drawn from a stream of its own. Does not know media: what should be there is
 * `check-files.ts`'s.
 */
import { TabcachedError } from '../../protocol/errors.ts';
import { checkEntry, checkPath, type FileEntry, type FileHost, type FilePath } from '../../worker/media/file-host.ts';
import { MEDIA_FOLDER } from '../../worker/media/file-paths.ts';
import type { Life } from '../../worker/testing/mortal.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import { createRandom } from './random.ts';
import { SimBlob } from './sim-blob.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What a folder is made with. */
export interface FileDiskSetup {
  readonly seed: number;
  readonly time: VirtualTime;
  readonly latencyMs: number;
  /** Something crosses the boundary between the daemon and its files. */
  onBoundary(): void;
  /** The daemon dies now. */
  kill(): void;
  /** Until when, by the clock, storage refuses something. */
  refusesUntilAt(): number;
  /** Is there no room for so many bytes more? */
  isFull(bytes: number): boolean;
}

/** The folder. */
export interface FileDisk {
  /** Everything below it, by path. */
  readonly files: ReadonlyMap<string, Bytes>;
  /** Files of media by their key, which is the path below `cache/media`. */
  media(): ReadonlyMap<string, Bytes>;
  /** Bytes of all files. */
  bytes(): number;
  /** Was this file deleted or damaged behind the daemon's back, and not written since? */
  isCleaned(key: string): boolean;
  /** Did somebody else delete or leave files in the present daemon's life? What it was refused it puts right itself. */
  isTroubled(): boolean;
  /** Has the present daemon opened it? Otherwise its files are in the database. */
  isInUse(): boolean;
  /** Was there ever a daemon that could not open it? */
  wasClosed(): boolean;
  /**
   * May counters be wrong until a start that can put them right? Bytes have moved between folder and database, and a daemon whose start was
   * refused something counts from where it was. `right`: they are right now.
   */
  mayMiscount(right: boolean): boolean;
  /** The files as a new daemon has them. Throws when it cannot have them. */
  openFor(life: Life): FileHost;
  /** The daemon died. Whoever else uses the folder has time for it. */
  onDied(): void;
  /** Nothing goes wrong any more. To be called before what is refused is allowed again. */
  calm(): void;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
const refused = (): TabcachedError => new TabcachedError('STORAGE_FAILED', 'The simulation refuses a file.');
const full = (): TabcachedError => new TabcachedError('STORAGE_FAILED', 'QuotaExceededError: the disk of the simulation is full.');
const MEDIA = `${MEDIA_FOLDER.join('/')}/`;
const nameOf = (path: FilePath): string => checkEntry(path) && path.join('/');
const joined = (one: Bytes, other: Bytes): Bytes => new SimBlob([one, other]).bytes;

/** An empty folder. */
export function createFileDisk(setup: FileDiskSetup): FileDisk {
  const random = createRandom(setup.seed, 31);
  const pick = <T>(...choices: readonly T[]): T => choices[random.int(choices.length)] as T;
  const files = new Map<string, Bytes>();
  const cleaned = new Set<string>();
  /** How often a call fails, the daemon dies in one, and a cleaner comes. */
  const doors = createRandom(setup.seed, 32);
  let closedRate = [0, 0, 0.15][doors.int(3)] as number;
  let isInUse = false;
  let wasClosed = false;
  let miscounts = false;
  const rates = { fault: pick(0, 0.004, 0.03), kill: pick(0, 0.002, 0.008), clean: pick(0, 0, 0.002) };
  /** Some platforms cannot rename. */
  const renames = random.chance(0.7);
  let troubled = false;
  let isLittered = false;
  let openedAt = 0;
  /** As told when everything healed. */
  let refusedUntilAt = 0;

  const put = (name: string, bytes: Bytes): void => {
    const held = files.get(name)?.length ?? 0;
    if (bytes.length > held && setup.isFull(bytes.length - held)) {
      troubled = true;
      throw full();
    }
    files.set(name, bytes);
    cleaned.delete(name);
  };
  const remove = (name: string): void => {
    for (const each of [...files.keys()]) if (each === name || each.startsWith(`${name}/`)) files.delete(each);
  };
  /** Somebody deletes a file, or leaves one that is shorter or longer. */
  const clean = (): void => {
    const all = [...files.keys()].filter((name) => name.startsWith(MEDIA));
    const name = all[random.int(Math.max(1, all.length))];
    const bytes = name === undefined ? undefined : files.get(name);
    if (name === undefined || !bytes) return;
    troubled = isLittered = true;
    cleaned.add(name);
    const how = random.int(4);
    if (how === 0) files.set(name, joined(bytes, new Uint8Array([how])));
    else if (how === 1 && bytes.length > 0) files.set(name, bytes.slice(0, bytes.length - 1));
    else files.delete(name);
  };
  const litter = (): void => {
    const folder = [...files.keys()].filter((name) => name.startsWith(MEDIA))[0]?.split('/')[2] ?? 'nobody';
    files.set(`${MEDIA}${folder}/nobody ${random.int(9)}.png`, new Uint8Array(1 + random.int(2_000)));
    troubled = isLittered = true;
  };
  const pause = (): Promise<void> | undefined =>
    setup.latencyMs === 0 ? undefined : new Promise((resolve) => void setup.time.timers.after(setup.latencyMs, resolve));

  /** Did storage refuse anything in this life? */
  const wasRefused = (): boolean => Math.max(refusedUntilAt, setup.refusesUntilAt()) > openedAt;

  const openFor = (life: Life): FileHost => {
    isInUse = !doors.chance(closedRate);
    wasClosed ||= !isInUse;
    openedAt = setup.time.clock.now();
    if (!isInUse) throw refused();
    troubled = isLittered = false;
    /** A call in steps: it fails before one of them, or the daemon dies between two. */
    const call = async <T>(steps: readonly (() => void)[], answer: () => T): Promise<T> => {
      if (!life.alive) return never<T>();
      await pause();
      if (!life.alive) return never<T>();
      setup.onBoundary();
      if (random.chance(rates.clean)) clean();
      const diesAt = random.chance(rates.kill) ? random.int(steps.length + 1) : -1;
      const failsAt = random.chance(steps.length > 0 && setup.time.clock.now() < setup.refusesUntilAt() ? 0.7 : rates.fault) ? random.int(Math.max(1, steps.length)) : -1;
      for (let at = 0; at <= steps.length; at += 1) {
        if (at === diesAt) setup.kill();
        if (!life.alive) return never<T>();
        if (at === failsAt) {
          troubled = true;
          throw refused();
        }
        const step = steps[at];
        if (!step) break;
        step();
        setup.onBoundary();
        await undefined;
      }
      const value = answer();
      await pause();
      return life.alive ? value : never<T>();
    };
    const bytesOf = (data: Blob | Bytes): Bytes => (data instanceof Uint8Array ? data : (data as unknown as SimBlob).bytes);

    return {
      read: (path) => call([], () => {
        const bytes = files.get(nameOf(path));
        return bytes ? (new SimBlob([bytes]) as unknown as Blob) : null;
      }),
      sizeBytes: (path) => call([], () => files.get(nameOf(path))?.length ?? null),
      write: (path, data) => {
        const name = nameOf(path);
        return call([() => random.chance(0.3) && files.delete(name), () => put(name, bytesOf(data))], () => undefined);
      },
      append: (path, data) => {
        const name = nameOf(path);
        const bytes = bytesOf(data);
        const half = random.int(bytes.length + 1);
        const add = (more: Bytes) => (): void => put(name, joined(files.get(name) ?? new Uint8Array(), more));
        return call([add(bytes.slice(0, half)), add(bytes.slice(half))], () => files.get(name)?.length ?? 0);
      },
      move: (from, to) => {
        const [old, name] = [nameOf(from), nameOf(to)];
        const copy = (): void => {
          const bytes = files.get(old);
          if (!bytes) throw new TabcachedError('NOT_FOUND', 'There is no such file.');
          if (renames) files.delete(old);
          put(name, bytes);
          // What was damaged before it got its name is damaged under that name too.
          if (cleaned.has(old)) cleaned.add(name);
        };
        return call(renames || old === name ? [copy] : [copy, () => files.delete(old)], () => undefined);
      },
      delete: (path) => {
        const name = nameOf(path);
        return call([() => remove(name)], () => undefined);
      },
      list: (folder) => {
        const above = checkPath(folder).map((name) => `${name}/`).join('');
        return call([], () => {
          const entries = new Map<string, FileEntry>();
          for (const [path, { length }] of files) {
            if (!path.startsWith(above)) continue;
            const [name = '', ...below] = path.slice(above.length).split('/');
            entries.set(name, below.length > 0 ? { name, kind: 'folder', sizeBytes: 0 } : { name, kind: 'file', sizeBytes: length });
          }
          return [...entries.values()];
        });
      },
    };
  };

  return {
    files,
    media: () => new Map([...files].flatMap(([path, bytes]) => (path.startsWith(MEDIA) ? [[path.slice(MEDIA.length), bytes] as const] : []))),
    bytes: () => [...files.values()].reduce((sum, { length }) => sum + length, 0),
    isCleaned: (key) => cleaned.has(`${MEDIA}${key}`),
    isTroubled: () => isLittered,
    isInUse: () => isInUse,
    wasClosed: () => wasClosed,
    mayMiscount: (right) => {
      if (wasClosed && (troubled || wasRefused())) miscounts = true;
      else if (right && isInUse) miscounts = false;
      return miscounts;
    },
    openFor,
    onDied: () => {
      if (rates.clean > 0 && random.chance(0.3)) clean();
      if (rates.clean > 0 && random.chance(0.2)) litter();
    },
    calm: () => {
      refusedUntilAt = setup.refusesUntilAt();
      closedRate = 0;
      Object.assign(rates, { fault: 0, kill: 0, clean: 0 });
    },
  };
}
