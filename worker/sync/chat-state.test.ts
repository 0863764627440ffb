/** The state of a chat: what can happen to it, walked through, against the table of SPEC.md. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ChatState } from '../../protocol/index.ts';
import { EXPIRES_AFTER_MS } from '../../protocol/limits.ts';
import { emptyChat } from '../store/chat-writes.ts';
import { modelOf } from './chat-model.ts';
import { chatState, isExpired } from './chat-state.ts';
import { parseHistory } from './history-text.ts';

const NOW = 10 * EXPIRES_AFTER_MS;

/** Everything that the state follows from. */
interface Facts {
  readonly held: boolean;
  readonly syncing: boolean;
  readonly failed: boolean;
  readonly current: boolean;
  readonly expired: boolean;
  readonly gapAbove: boolean;
}

const stateOf = ({ held, syncing, failed, current, expired, gapAbove }: Facts): ChatState => {
  const history = parseHistory(held ? (gapAbove ? '[1..5] gap(6) ahead(7)' : '[1..5]') : '');
  const meta = { ...emptyChat('chat', 0), _lastSyncFailed: failed, lastSyncedAt: held ? NOW - (expired ? EXPIRES_AFTER_MS + 1 : 1) : 0 };
  return chatState({ ...modelOf(meta, []), history }, { syncing, current, now: NOW });
};

const IDLE: Facts = { held: false, syncing: false, failed: false, current: false, expired: false, gapAbove: false };

/** What can happen, as the engine, the book and the frame desk let it happen: null where it cannot. */
const events: Readonly<Record<string, (facts: Facts) => Facts | null>> = {
  'a step begins': (f) => (f.syncing ? null : { ...f, syncing: true }),
  'the last step succeeds': (f) => (f.syncing ? { ...IDLE, held: true, current: true } : null),
  'the last step succeeds, a row is ahead of a gap that stays': (f) => (f.syncing ? { ...IDLE, held: true, current: true, gapAbove: true } : null),
  'the last step succeeds, but the link broke meanwhile': (f) => (f.syncing ? { ...IDLE, held: true, gapAbove: f.gapAbove } : null),
  'a first page is there, more is to do': (f) => (f.syncing && !f.held ? { ...f, held: true, failed: false, expired: false } : null),
  'a step fails': (f) => (f.syncing ? { ...f, syncing: false, failed: true } : null),
  'nobody watches any more': (f) => (f.syncing ? { ...f, syncing: false } : null),
  'frames may have been missed': (f) => ({ ...f, current: false }),
  'seven days pass': (f) => (f.held ? { ...f, expired: true } : null),
  'an own message is confirmed ahead, or a push jumps': (f) => (f.held ? { ...f, gapAbove: true } : null),
  'push fills the hole': (f) => (f.gapAbove ? { ...f, gapAbove: false } : null),
  'everything confirmed is forgotten': (f) => (f.held ? { ...IDLE, syncing: f.syncing, current: f.current } : null),
};

/** All transitions that can happen, by walking from a chat that was never opened. */
function walk(): Map<string, Set<string>> {
  const seen = new Set<string>();
  const found = new Map<string, Set<string>>();
  const open: Facts[] = [IDLE];
  for (let facts = open.pop(); facts; facts = open.pop()) {
    const key = JSON.stringify(facts);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const [event, happen] of Object.entries(events)) {
      const next = happen(facts);
      if (!next) continue;
      open.push(next);
      const [from, to] = [stateOf(facts), stateOf(next)];
      if (from === to) continue;
      const transition = `${from} -> ${to}`;
      found.set(transition, (found.get(transition) ?? new Set()).add(event));
    }
  }
  return found;
}

/** The table of SPEC.md: `from -> to`, and what leads there. */
function table(): Map<string, Set<string>> {
  const spec = readFileSync(new URL('../../protocol/SPEC.md', import.meta.url), 'utf8');
  const rows = spec.matchAll(/^\| `([A-Z_]+)` \| `([A-Z_]+)` \| ([^|]+) \|$/gm);
  return new Map([...rows].map(([, from, to, by]) => [`${from} -> ${to}`, new Set((by ?? '').split('; '))]));
}

describe('the state of a chat', () => {
  test('the table of SPEC.md has every transition that can happen, and no other', () => {
    expect(table()).toEqual(walk());
  });

  test('SYNCING begins with nothing held only, RESYNCING with rows held only', () => {
    for (const transition of walk().keys()) {
      if (transition.endsWith('-> SYNCING')) expect(['INITIAL', 'FAILED', 'RESYNCING']).toContain(transition.split(' ')[0]);
      if (transition === 'INITIAL -> RESYNCING') throw new Error('RESYNCING with nothing held');
    }
    expect(stateOf({ ...IDLE, syncing: true })).toBe('SYNCING');
    expect(stateOf({ ...IDLE, held: true, syncing: true })).toBe('RESYNCING');
  });

  test('what went wrong is left towards SYNCED by synchronising only, but for a hole that push fills', () => {
    for (const from of ['FAILED', 'EXPIRED', 'STALE', 'INITIAL']) expect(walk().has(`${from} -> SYNCED`)).toBe(false);
    expect([...(walk().get('GAP_DETECTED -> SYNCED') ?? [])]).toEqual(['push fills the hole']);
  });

  test('an old gap below the watermark does not stop a chat from being live', () => {
    const model = { ...modelOf({ ...emptyChat('chat', 0), lastSyncedAt: NOW }, []), history: parseHistory('[1..5] gap(6..9) [10..12]') };
    expect(chatState(model, { syncing: false, current: true, now: NOW })).toBe('SYNCED');
  });

  test('#27 seven days to the millisecond; never before the first synchronisation, never by a clock that ran backwards', () => {
    expect(isExpired(1, EXPIRES_AFTER_MS + 1)).toBe(false);
    expect(isExpired(1, EXPIRES_AFTER_MS + 2)).toBe(true);
    expect(isExpired(0, NOW)).toBe(false);
    expect(isExpired(NOW, 1)).toBe(false);
  });
});
