/**
 * Why a chat is in the state it is in, in a sentence for the people who run the desk.
 *
 * Owns: the sentences. Pure over what the daemon knows.
 */
import type { ChatMeta } from '../../protocol/index.ts';

/** What explains a state beside the chat's own meta. */
export interface WhyFacts {
  readonly now: number;
  /** The push link is attached. */
  readonly attached: boolean;
  /** Tabs that show the chat. */
  readonly watchers: number;
  /** The server refuses the chat to this user. */
  readonly denied: boolean;
  /** The chat has to be fetched anew. */
  readonly resync: boolean;
  readonly failures: number;
  /** Frames that wait for one that did not come yet. */
  readonly waitingFrames: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The sentence. */
export function whyState(meta: Pick<ChatMeta, 'state' | 'lastSyncedAt' | 'problem' | 'gaps' | 'head' | 'watermark'>, facts: WhyFacts): string {
  const problem = meta.problem ? `${meta.problem.code}: ${meta.problem.message}` : 'no reason is known';
  if (facts.denied) return `The server refuses this chat to this user (${problem}); nothing is asked until its ticket is back.`;
  switch (meta.state) {
    case 'INITIAL':
      return facts.watchers === 0 ? 'Never opened, so nothing was fetched.' : facts.attached ? 'Nothing is held yet; its turn to be fetched comes.' : 'Nothing is held, and the push link is down.';
    case 'SYNCING':
      return 'The first page is being fetched.';
    case 'RESYNCING':
      return facts.resync ? 'It is being fetched anew; what is held stays on screen until it is confirmed.' : 'What changed since the last synchronisation is being fetched.';
    case 'FAILED':
      return `The last synchronisation failed (${problem}); ${facts.failures} in a row, tried again by itself.`;
    case 'EXPIRED':
      return `Last synchronised ${Math.floor((facts.now - meta.lastSyncedAt) / DAY_MS)} days ago; it is checked as soon as it is opened and the server answers.`;
    case 'GAP_DETECTED':
      return facts.waitingFrames > 0 ? `${facts.waitingFrames} changes wait for one that did not come yet.` : `Messages above ${meta.watermark} are missing and will be asked for.`;
    case 'STALE':
      if (!facts.attached) return 'The push link is down, so changes may have been missed.';
      return facts.watchers === 0 ? 'No tab shows it, so it is not kept up to date; opening it asks what changed.' : 'Changes may have been missed; its turn to ask comes.';
    case 'SYNCED':
      return meta.gaps.length > 0 ? `Up to date; ${meta.gaps.length} older stretches were never asked for and load when scrolled to.` : 'Up to date: nothing can have been missed since the last answer.';
  }
}
