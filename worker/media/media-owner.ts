/**
 * The daemon as the media cache sees it. Loaded together with the cache.
 *
 * Owns: which chats eviction leaves alone, and when what is stored can be relied on.
 */
import { TabcachedError } from '../../protocol/errors.ts';
import type { Parts, PartsSetup } from '../parts.ts';
import type { MediaSetup } from './media.ts';

/** A daemon that opens its media cache. */
export interface MediaOwner {
  readonly setup: PartsSetup;
  readonly parts: Parts;
  /** The daemon has ended: nothing may be opened any more. */
  isOver(): boolean;
}

/** What the cache of that daemon is made with. */
export function mediaSetup({ setup, parts, isOver }: MediaOwner): MediaSetup {
  const { env, booted, settings, identity, journal, onFenced } = setup;
  const { backend, book, byUrgency, cacheUse, committer, engine, ledger, push, sessions, store, tokens, views } = parts;
  return {
    env,
    isOver,
    store: booted.store,
    backend,
    settings,
    userId: identity.userId,
    journal,
    tokens,
    cacheUse,
    eviction: {
      book,
      committer,
      isChatBusy: (requestId) =>
        views.watchers(requestId).length > 0 || engine.cell(requestId).running !== null || ledger.all().some((operation) => operation.requestId === requestId),
      onForgotten: (requestId) => views.restart(requestId),
      askPersistence: () => {
        const [session] = byUrgency();
        if (session && store.kind === 'indexeddb') sessions.post(session, '{"t":"persist"}');
      },
    },
    ready: () => push.attached(),
    flushed: async () => {
      await committer.flush();
      if (committer.backlog() > 0) throw new TabcachedError('STORAGE_FAILED');
    },
    isConnected: (session) => sessions.all().includes(session),
    post: sessions.post,
    onFenced,
  };
}
