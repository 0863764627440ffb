import { describe, expect, test } from 'vitest';
import { CHANGES_PAGE_SIZE, HUGE_GAP, MAX_GAPS, PAGE_SIZE, STALL_LIMIT } from '../../protocol/limits.ts';
import { emptyChat } from '../store/chat-writes.ts';
import { modelOf, type ChatModel } from './chat-model.ts';
import { parseHistory } from './history-text.ts';
import { nextStep, slice, type PlanFacts } from './plan.ts';
import { rangeSet, type RangeSet } from './ranges.ts';

const model = (text: string, over: { readonly revision?: string | null; readonly unverified?: RangeSet } = {}): ChatModel => ({
  ...modelOf({ ...emptyChat('chat', 0), serverRevision: over.revision === undefined ? '70' : over.revision }, []),
  history: parseHistory(text),
  unverified: over.unverified ?? [],
});
const facts = (over: Partial<PlanFacts> = {}): PlanFacts => ({ current: true, resync: false, revisions: true, shown: [], stalls: new Map(), headSequence: 0, ...over });
const newest = { kind: 'page', query: { mode: 'newest', limit: PAGE_SIZE } };
const range = (start: number, end: number) => ({ kind: 'page', query: { mode: 'range', start, end }, resync: false });
const idle = { kind: 'idle' };

describe('the next step', () => {
  test('of a chat of which nothing is held is its newest page, whatever else is true', () => {
    for (const over of [{}, { current: false }, { resync: true }]) expect(nextStep(model('', { revision: null }), facts(over))).toMatchObject({ ...newest, resync: false });
  });
  test('of a chat that has to be fetched anew is its newest page, and what is held is in doubt', () => {
    expect(nextStep(model('[51..100]'), facts({ resync: true }))).toMatchObject({ ...newest, resync: true });
    const gaps = Array.from({ length: MAX_GAPS + 1 }, (_, i) => `[${3 * i + 1}] gap(${3 * i + 2}..${3 * i + 3})`).join(' ');
    expect(nextStep(model(`${gaps} [100]`), facts())).toMatchObject({ ...newest, resync: true });
    expect(nextStep(model(`${gaps.replace(/\[1\] gap\(2\.\.3\) /, '')} [100]`), facts())).not.toMatchObject({ resync: true });
  });
  test('of a chat that may have missed something is the delta since its revision', () => {
    expect(nextStep(model('[51..100]'), facts({ current: false }))).toEqual({ kind: 'changes', since: 70, limit: CHANGES_PAGE_SIZE });
  });
  test('whose revision is not known is its newest page', () => {
    expect(nextStep(model('[51..100]', { revision: null }), facts({ current: false }))).toMatchObject(newest);
  });
  test('of a backend without revisions is the page above its watermark', () => {
    const since = { kind: 'page', query: { mode: 'since', sequence: 100 }, resync: false };
    expect(nextStep(model('[51..100]', { revision: null }), facts({ current: false, revisions: false }))).toMatchObject(since);
    expect(nextStep(model('[51..100]'), facts({ current: false, revisions: false }))).toMatchObject(since);
  });
  test('#17 with very much missing, it is the newest page', () => {
    expect(nextStep(model('[51..100]'), facts({ current: false, headSequence: 100 + HUGE_GAP }))).toMatchObject({ kind: 'changes' });
    expect(nextStep(model('[51..100]'), facts({ current: false, headSequence: 101 + HUGE_GAP }))).toMatchObject({ ...newest, resync: true });
  });
});

describe('repairs', () => {
  test('begin with the newest gap, at its newer end, a page at a time', () => {
    expect(nextStep(model('[1..50] gap(51..60) [61..90] gap(91..95) [96..100]'), facts())).toMatchObject(range(91, 95));
    expect(nextStep(model('[1..50] gap(51..200) [201..300]'), facts())).toMatchObject(range(151, 200));
  });
  test('wait until the chat is current', () => {
    expect(nextStep(model('[1..50] gap(51..60) [61..90]'), facts({ current: false }))).toMatchObject({ kind: 'changes' });
  });
  test('#17 leave a huge gap to whoever scrolls there, though a window reaches across it', () => {
    const last = 50 + HUGE_GAP;
    expect(nextStep(model(`[1..50] gap(51..${last}) [${last + 1}..1000]`), facts())).toMatchObject(range(last - PAGE_SIZE + 1, last));
    expect(nextStep(model(`[1..50] gap(51..${last + 1}) [${last + 2}..1000]`), facts({ shown: rangeSet(1, 1_000) }))).toEqual(idle);
  });
  test('#23 leave out what got nowhere three times, and go on with the rest', () => {
    const chat = model('[1..50] gap(51..60) [61..90] gap(91..95) [96..100]');
    expect(nextStep(chat, facts({ stalls: new Map([[95, STALL_LIMIT - 1]]) }))).toMatchObject(range(91, 95));
    expect(nextStep(chat, facts({ stalls: new Map([[95, STALL_LIMIT]]) }))).toMatchObject(range(51, 60));
    expect(nextStep(chat, facts({ stalls: new Map([[95, STALL_LIMIT], [60, STALL_LIMIT]]) }))).toEqual(idle);
  });
  test('confirm what is in doubt and within a window, the newest first; what nobody looks at waits', () => {
    const chat = model('[1..100]', { unverified: [{ start: 1, end: 40 }, { start: 60, end: 80 }] });
    expect(nextStep(chat, facts({ shown: rangeSet(51, 100) }))).toMatchObject(range(60, 80));
    expect(nextStep(chat, facts({ shown: rangeSet(30, 50) }))).toMatchObject(range(30, 40));
    expect(nextStep(chat, facts({ shown: rangeSet(90, 100) }))).toEqual(idle);
  });
  test('a stretch is asked for as a range that one page can answer', () => {
    expect(slice({ start: 5, end: 9 })).toEqual({ mode: 'range', start: 5, end: 9, limit: PAGE_SIZE });
    expect(slice({ start: 1, end: 100 }, 10)).toEqual({ mode: 'range', start: 91, end: 100, limit: 10 });
  });
});
