/** The two ports between the media cache and eviction: what the cache asks for, and what eviction may do to it. */
import type { MediaRecord } from './media-store.ts';

/** Room inside the budget, as the cache asks eviction for it. */
export interface Room {
  /**
   * May that many bytes more be stored? Evicts what may go until they fit. False: they do not, even so; then the file is passed through.
   * What was granted counts as taken until it is stored and `stored` was told, so that downloads side by side do not share one place.
   */
  make(bytes: number): Promise<boolean>;
  /** Bytes that were granted are stored now, or will not be. Past 90 % of the budget an eviction begins, down to 80 %. */
  settle(bytes: number): void;
  /** The browser refused for want of space: evicts at least that many bytes, whatever the budget says. False: nothing could be freed. */
  free(bytes: number): Promise<boolean>;
  /** The budget now: the setting, or less when the browser's quota is smaller. */
  limitBytes(): number;
}

/** The media cache, as eviction sees it. */
export interface EvictableMedia {
  /** On screen, under way, or handed out at this moment: not to be evicted. Pins and ages are in the records. */
  isBusy(id: string): boolean;
  /** Frees what is stored of a file and tells those who watch it. Answers the bytes freed; 0 when it has become busy, or one that may not go. */
  evict(id: string, mayGo: (record: MediaRecord) => boolean): Promise<number>;
}
