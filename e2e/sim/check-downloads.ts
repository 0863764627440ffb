/**
 * The promises about downloads that requests can break: three at a time, one for each file, the most urgent first, an address that is
 * refused is renewed once.
 *
 * Owns: what is under way. Written from SPEC.md, chapter 2, without the code under test.
 */
import { mediaId, type MediaPriority } from '../../protocol/media.ts';
import type { MediaBody } from '../../protocol/index.ts';
import type { TabcachedError } from '../../protocol/errors.ts';
import type { MediaRequest } from './media-server.ts';
import type { SentRequest } from './network.ts';
import type { SimTab } from './sim-tab.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import type { Verdict } from './violation.ts';

/** See the head of the file. */
export interface DownloadCheck {
  onRequest(request: SentRequest): void;
  /** The daemon has its answer, which may be an error. */
  onAnswer(request: SentRequest, answer: MediaBody | TabcachedError): void;
  /** Nothing more comes of an answer. */
  onEnd(request: SentRequest): void;
  onDaemonDied(): void;
  /** A person stops that file. To be called again when the tab has its answer. */
  onStop(id: string): () => void;
  /** Is a request for that file, or its answer, under way? */
  isUnderWay(id: string): boolean;
  /** Are any? */
  count(): number;
  /**
   * May that file be given up as forbidden: was it asked for under a new address in this life of the daemon, or did the life before end while
   * the refusal of that address was being written down?
   */
  mayGiveUp(id: string): boolean;
}

/** What is checked against. */
export interface DownloadCheckSetup {
  readonly time: VirtualTime;
  readonly verdict: Verdict;
  tabs(): readonly SimTab[];
  life(): number;
  lifeOf(tab: SimTab): number;
}

/** Downloads side by side. */
const SLOTS = 3;
/** What a tab has wanted for so long, the daemon knows. */
const KNOWN_MS = 500;

const RANK: Readonly<Record<MediaPriority, number>> = { high: 2, normal: 1, low: 0 };
const isError = (answer: MediaBody | TabcachedError): answer is TabcachedError => answer instanceof Error;

/** Nothing is under way. */
export function createDownloadCheck(setup: DownloadCheckSetup): DownloadCheck {
  const { verdict, time } = setup;
  const underWay = new Map<SentRequest, string>();
  const renewed = new Set<string>();
  /** Files whose new address was refused too. */
  const refused = new Set<string>();
  /** Those of a dead daemon: its transaction may be committed after its death. Each counts once, until the file is asked for again. */
  const bequeathed = new Set<string>();
  /** Files whose attempt asks once more by itself, because the first answer was of no use. */
  const goingOn = new Set<string>();
  /**
   * Files that are being stopped. They do not wait for a place from the moment the daemon hears so, and tabs are told once that is written
   * down: until then they show it as queued (false alarm, seed 1797001571).
   */
  const stopping = new Map<string, number>();

  const rangeOf = (request: SentRequest) => (request.detail as MediaRequest).range;
  const idOf = (request: SentRequest): string => mediaId((request.detail as MediaRequest).requestId, (request.detail as MediaRequest).filename);

  /** How much the tabs want each file, as far as the daemon knows for sure; `waits`: no attempt of it has failed. */
  const wanted = (): Map<string, { rank: number; waits: boolean; sure: boolean }> => {
    const files = new Map<string, { rank: number; shown: boolean; priority: number; waits: boolean; sure: boolean }>();
    for (const tab of setup.tabs()) {
      for (const { id, wish, told, toldSince, knownSince } of tab.files.all.values()) {
        const file = files.get(id) ?? { shown: false, priority: 0, waits: true, sure: true };
        const current = tab.isReady() && !tab.isFrozen() && setup.lifeOf(tab) === setup.life();
        const known = current && knownSince !== null && time.elapsedMs() - knownSince > KNOWN_MS && time.elapsedMs() - tab.reportedAt() > KNOWN_MS;
        // On a screen anywhere is on a screen; the highest priority of all counts.
        const shown = file.shown || (wish.onScreen && tab.isVisible());
        const priority = Math.max(file.priority, RANK[wish.priority]);
        files.set(id, {
          rank: (shown ? 3 : 0) + priority,
          shown,
          priority,
          waits: file.waits && !stopping.has(id) && known && told?.status === 'queued' && told.error === null && time.elapsedMs() - toldSince > KNOWN_MS,
          sure: file.sure && known,
        });
      }
    }
    return files;
  };

  return {
    onRequest: (request) => {
      const id = idOf(request);
      bequeathed.delete(id);
      if (rangeOf(request).renew) renewed.add(id);
      if ([...underWay.values()].includes(id)) verdict.broken('one', `two downloads of ${id}`);
      if (underWay.size >= SLOTS) verdict.broken('slots', `${underWay.size + 1} downloads at once`);
      underWay.set(request, id);
      if (goingOn.delete(id)) return;
      const files = wanted();
      const own = files.get(id);
      // What no tab wants is pinned, and comes last; what is not known for sure is not judged.
      if (own && !own.sure) return;
      const rank = own?.rank ?? 0;
      const better = [...files].find(([other, file]) => file.waits && file.sure && file.rank > rank && ![...underWay.values()].includes(other));
      if (better) verdict.broken('#80', `${id} (${rank}) is fetched before ${better[0]} (${better[1].rank})`);
    },
    onAnswer: (request, answer) => {
      const { offset, etag } = rangeOf(request);
      if (isError(answer)) {
        underWay.delete(request);
        if (answer.code === 'FORBIDDEN' && rangeOf(request).renew) refused.add(idOf(request));
        if (answer.status === 416) goingOn.add(idOf(request));
      } else if (offset > 0 && (answer.offset !== offset || answer.etag !== etag)) goingOn.add(idOf(request));
    },
    onEnd: (request) => void underWay.delete(request),
    onDaemonDied: () => {
      bequeathed.clear();
      for (const id of refused) bequeathed.add(id);
      refused.clear();
      underWay.clear();
      renewed.clear();
      goingOn.clear();
    },
    onStop: (id) => {
      stopping.set(id, (stopping.get(id) ?? 0) + 1);
      return () => {
        const left = (stopping.get(id) ?? 1) - 1;
        if (left > 0) stopping.set(id, left);
        else stopping.delete(id);
      };
    },
    isUnderWay: (id) => [...underWay.values()].includes(id),
    count: () => underWay.size,
    mayGiveUp: (id) => renewed.has(id) || bequeathed.delete(id),
  };
}
