/**
 * Parts that load when they are first needed. Each is given the whole record, and takes what its type says.
 *
 * Owns: when which script is loaded, and that it is loaded once.
 */
import type { Inspection } from '../inspect/inspect-part.ts';
import { createLazyPart, type LazyPart } from '../lazy-part.ts';
import type { Media } from '../media/media.ts';
import type { OutboxPart } from '../outbox/outbox-part.ts';
import type { Parts, PartsSetup } from '../parts.ts';
import type { SignOut } from '../sign-out.ts';
import type { TabsPart } from '../tabs/tabs-part.ts';

/** The late parts. */
export interface LateParts {
  readonly outboxPart: LazyPart<OutboxPart>;
  readonly tabs: LazyPart<TabsPart>;
  readonly signOut: LazyPart<SignOut>;
  readonly media: LazyPart<Media>;
  readonly inspection: LazyPart<Inspection>;
}

/** Creates the late parts; `parts` holds all others by now. */
export function wireLate(setup: PartsSetup, parts: Parts): LateParts {
  const { env, identity, epoch, booted, settings } = setup;
  const { clock, timers } = env;
  const startedAt = clock.now();
  return {
    outboxPart: createLazyPart(timers, async () => (await import('../outbox/outbox-part.ts')).openOutboxPart(setup, parts)),
    tabs: createLazyPart(timers, async () => (await import('../tabs/tabs-part.ts')).createTabsPart({ ...setup, ...parts })),
    signOut: createLazyPart(timers, async () =>
      (await import('../sign-out.ts')).createSignOut({ ...env, ...setup, ...parts, noted: !booted.trouble, wipe: () => env.wipe(identity.userId) }),
    ),
    media: createLazyPart(timers, (isOver) => env.openMedia({ setup, parts, isOver })),
    inspection: createLazyPart(timers, async () =>
      (await import('../inspect/inspect-part.ts')).createInspection({ ...setup, parts, daemon: { epoch, identity, lease: booted.lease, startedAt, settings } }),
    ),
  };
}
