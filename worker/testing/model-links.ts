/**
 * Push links of a model server: numbering, cutting, holding frames back.
 *
 * Owns: the links. Does not know what a frame says.
 */
import type { PushEvents, PushFrame, PushLink } from '../../protocol/index.ts';

/** A frame without its number, which every link gives itself. */
export type Unnumbered = PushFrame extends infer F ? (F extends PushFrame ? Omit<F, 'n'> : never) : never;

/** The links of one server, and what a test does to them. */
export interface ModelLinks {
  open(events: PushEvents): PushLink;
  /** Sends a frame over every link. */
  push(frame: Unnumbered): void;
  isCut(): boolean;
  /** Connected push links. */
  links(): number;
  /** Whoever held links is dead: they are gone and nobody is told. */
  dropLinks(): void;
  /** All links break; they come back with {@link ModelLinks.restore}. */
  cut(): void;
  restore(): void;
  /** Every link is dead and its daemon does not know: what is told is lost, until it looks (`wake`) and gets another one. */
  die(): void;
  /** Tells every link the number of its last frame. */
  ping(): void;
  /** Frames are held back until flushed, so that a test can drop or reorder them. */
  holdFrames(hold: boolean): void;
  readonly heldFrames: PushFrame[];
  deliver(frame: PushFrame): void;
}

/** Creates links of one user's daemons. */
export function createModelLinks(userId: string): ModelLinks {
  const listeners = new Set<{ readonly events: PushEvents; numbered: number; attached: boolean; dead: boolean }>();
  const heldFrames: PushFrame[] = [];
  let cut = false;
  let hold = false;

  const attachAll = (): void => {
    for (const link of listeners) {
      if (cut || link.attached || link.dead) continue;
      link.attached = true;
      link.numbered = 1;
      link.events.onOpen(userId);
    }
  };

  return {
    heldFrames,
    open: (events) => {
      const link = { events, numbered: 1, attached: false, dead: false };
      listeners.add(link);
      void Promise.resolve().then(attachAll);
      const wake = (): void => {
        if (link.dead) events.onDown('OFFLINE');
        link.dead = false;
        attachAll();
      };
      return { wake, close: () => void listeners.delete(link) };
    },
    push: (frame) => {
      for (const link of listeners) {
        if (!link.attached) continue;
        const numbered = { ...frame, n: ++link.numbered } as PushFrame;
        if (hold) heldFrames.push(numbered);
        else link.events.onFrame(numbered);
      }
    },
    isCut: () => cut,
    links: () => [...listeners].filter((link) => link.attached).length,
    dropLinks: () => listeners.clear(),
    cut: () => {
      cut = true;
      for (const link of listeners) {
        if (!link.attached) continue;
        link.attached = false;
        link.events.onDown('OFFLINE');
      }
    },
    restore: () => {
      cut = false;
      attachAll();
    },
    die: () => {
      for (const link of listeners) Object.assign(link, { attached: false, dead: link.dead || link.attached });
    },
    ping: () => {
      for (const link of listeners) if (link.attached) link.events.onFrame({ type: 'ping', n: link.numbered });
    },
    holdFrames: (holding) => void (hold = holding),
    deliver: (frame) => {
      for (const link of listeners) if (link.attached) link.events.onFrame(frame);
    },
  };
}
