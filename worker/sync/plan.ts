/**
 * What a chat needs next: one request, or nothing.
 *
 * Owns: the decision. Pure; the engine asks again after every answer, so that a plan never goes stale.
 */
import type { MessagesQuery } from '../../protocol/index.ts';
import { CHANGES_PAGE_SIZE, HUGE_GAP, MAX_GAPS, PAGE_SIZE, STALL_LIMIT } from '../../protocol/limits.ts';
import { revisionOf, type ChatModel } from './chat-model.ts';
import { intersection, rangeSet, type Range, type RangeSet } from './ranges.ts';

/** What the planner has to know beside the chat itself. */
export interface PlanFacts {
  /** Nothing can have been missed since the last delta: the push link was attached all the time and its chain is unbroken. */
  readonly current: boolean;
  /** The chat has to be fetched anew; held rows stay visible, marked. */
  readonly resync: boolean;
  /** The backend has revisions. */
  readonly revisions: boolean;
  /** Stretches within some tab's window. */
  readonly shown: RangeSet;
  /** Attempts without progress, by end of the gap. */
  readonly stalls: ReadonlyMap<number, number>;
  /** The server's highest sequence, as last heard. */
  readonly headSequence: number;
}

/** The next request of a chat. `resync`: what is held becomes unverified when its answer is there. */
export type Step =
  | { readonly kind: 'page'; readonly query: MessagesQuery; readonly resync: boolean }
  | { readonly kind: 'changes'; readonly since: number; readonly limit: number }
  | { readonly kind: 'idle' };

const page = (query: MessagesQuery, resync = false): Step => ({ kind: 'page', query, resync });
const newest: MessagesQuery = { mode: 'newest', limit: PAGE_SIZE };

/** The next step of a chat that some tab watches. */
export function nextStep(model: ChatModel, facts: PlanFacts): Step {
  const { history, unverified } = model;
  // Rows of a newest page that the server did not vouch for are held, and no revision of the whole.
  if (history.floor === 0 || (facts.revisions && revisionOf(model) === null)) return page(newest);
  if (facts.resync || history.gaps.length > MAX_GAPS) return page(newest, true);
  if (!facts.current) return catchUp(model, facts);
  const gap = history.gaps.findLast((range) => isRepairable(range, facts));
  if (gap) return page(slice(gap));
  const doubt = intersection(unverified, facts.shown).at(-1);
  if (doubt) return page(slice(doubt, HUGE_GAP));
  return { kind: 'idle' };
}

function catchUp(model: ChatModel, facts: PlanFacts): Step {
  const { watermark } = model.history;
  const huge = facts.headSequence - watermark > HUGE_GAP;
  const revision = revisionOf(model);
  // A delta over thousands of new messages would fetch them all: the newest page is shown first, the rest is a gap.
  if (huge) return page(newest, true);
  if (facts.revisions && revision !== null) return { kind: 'changes', since: revision, limit: CHANGES_PAGE_SIZE };
  return page({ mode: 'since', sequence: watermark, limit: PAGE_SIZE });
}

/** Did the repair of that gap get nowhere three times? */
const isParked = (gap: Range, stalls: ReadonlyMap<number, number>): boolean => (stalls.get(gap.end) ?? 0) >= STALL_LIMIT;

/** Small gaps heal by themselves. Huge ones do not, though a window reaches across them: who scrolls there asks for a page of them. */
const isRepairable = (gap: Range, facts: PlanFacts): boolean => !isParked(gap, facts.stalls) && gap.end - gap.start < HUGE_GAP;

/** The newer end of a stretch, small enough to be answered completely in one page. */
export function slice(stretch: Range, limit = PAGE_SIZE): MessagesQuery {
  return { mode: 'range', start: Math.max(stretch.start, stretch.end - limit + 1), end: stretch.end, limit };
}

/** Held rows from the floor up: what a resync puts in doubt. */
export const inDoubt = (model: ChatModel): RangeSet => rangeSet(model.history.floor, model.history.watermark);
