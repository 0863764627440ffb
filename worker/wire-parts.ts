/**
 * The daemon's parts, wired together for one user and one set of settings.
 *
 * Owns: the order in which they are made, and in which they end. Each part knows only the ports it was given; what crosses between them
 * crosses in `wiring/`, one file for each side of the daemon.
 */
import type { Parts, PartsSetup } from './parts.ts';
import { wireBase } from './wiring/wire-base.ts';
import { wireLate } from './wiring/wire-late.ts';
import { wireSending } from './wiring/wire-sending.ts';
import { wireSync } from './wiring/wire-sync.ts';
import { wireTabs } from './wiring/wire-tabs.ts';

/** After this much the media cache is loaded although nobody asked. */
const MEDIA_AFTER_MS = 3_000;

/** Creates and connects the parts; nothing reaches the network before `push.open()`. */
export function createParts(setup: PartsSetup): Parts {
  const { timers } = setup.env;
  const { download, store } = setup.booted;
  // Sides call each other in circles: each one gets the record of all, and reads those made after it only when something happens.
  const parts = {} as Parts;
  const add = <Side extends Partial<Parts>>(side: Side): Side => Object.assign(parts, side);
  const { cacheUse, committer, publisher } = add(wireBase(setup, parts));
  const { sessions } = add(wireTabs(setup, parts));
  const { engine, expiry, push, tickets } = add(wireSync(setup, parts));
  const { executor, readMarks } = add(wireSending(setup, parts));
  const { inspection, media, outboxPart, tabs } = add(wireLate(setup, parts));

  // Pinned files, and files whose message is gone, are nobody's call.
  const cancelMediaTimer = timers.after(MEDIA_AFTER_MS, () => void media.load().catch(() => undefined));
  if (download) void inspection.load().then((part) => part.restore(download)).catch(() => undefined);
  return Object.assign(parts, {
    close: async () => {
      push.close();
      engine.close();
      expiry.close();
      executor.close();
      readMarks.close();
      void outboxPart.close();
      void tabs.close();
      tickets.close();
      void inspection.close();
      cancelMediaTimer();
      cacheUse.flush();
      await media.close();
      await committer.close();
      cacheUse.close();
      sessions.close();
      publisher.close();
      store.close();
    },
  });
}
