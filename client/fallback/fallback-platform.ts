/** What the fallback takes from its platform beside the client's environment. Owns the shapes; `real-platform.ts` reads the globals. */

/** A tab's candidacy for leading. */
export interface Candidacy {
  /** Resolves when this tab leads; never after `resign`. */
  readonly elected: Promise<void>;
  /** It ended by itself, without `resign`. */
  isOver(): boolean;
  /** Gives up leading, or the wish to, before it returns. Idempotent. */
  resign(): void;
}

/** See the file's comment. */
export interface FallbackPlatform {
  /** Stands for election; one candidate of all tabs that use the same name leads. */
  standForElection(name: string): Candidacy;
  /** A channel of the browser's own: what one end posts, every other end of that name receives. */
  openChannel(name: string): BroadcastChannel;
  /** Called before the page is frozen. Returns the undo. */
  onFreeze(listener: () => void): () => void;
}
