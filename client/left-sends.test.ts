import { describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import type { Call } from './calls.ts';
import type { LatePage } from './env.ts';
import { createLeftSends } from './left-sends.ts';

const input = (content: string) => ({ requestId: '11111111-1111-4111-8111-111111111111', clientTempId: crypto.randomUUID(), content });
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Local storage, and a daemon that answers when it is told to. */
function openBrowser() {
  const kept = new Map<string, string>();
  const listeners = new Set<(key: string) => void>();
  const local = (): LatePage['local'] => {
    let own: ((key: string) => void) | null = null;
    const tell = (key: string): void => {
      for (const listener of listeners) if (listener !== own) listener(key);
    };
    return {
      keys: (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
      get: (key) => kept.get(key) ?? null,
      set: (key, value) => {
        kept.set(key, value);
        tell(key);
        return true;
      },
      remove: (key) => {
        if (kept.delete(key)) tell(key);
      },
      onChange: (listener) => {
        own = listener;
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
  };
  const calls: { readonly input: unknown; readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const toDaemon = ((_name: string, given: unknown) => new Promise((resolve, reject) => calls.push({ input: given, resolve: () => resolve({}), reject }))) as unknown as Call;
  let tabs = 0;
  return { kept, calls, tab: (userId = 'anna') => createLeftSends(local(), userId, `tab${(tabs += 1)}`, toDaemon) };
}

describe('#39 L-6 sends without an answer when their page is left', () => {
  test('are handed to the daemon of the next page, in order, to be asked about first', async () => {
    const { kept, calls, tab } = openBrowser();
    const first = tab();
    const [a, b] = [input('a'), input('b')];
    void first.call('send', a);
    void first.call('send', b);
    first.hide();
    const next = tab();
    next.up();
    expect(calls.slice(2).map((call) => call.input)).toEqual([
      { ...a, again: true },
      { ...b, again: true },
    ]);
    expect(kept.size).toBe(1);
    for (const call of calls.slice(2)) call.resolve();
    await settle();
    expect(kept.size).toBe(0);
  });

  test('are taken at once by a page that is open, and not by one that has no daemon', async () => {
    const { kept, calls, tab } = openBrowser();
    const [first, open, alone] = [tab(), tab(), tab()];
    open.up();
    alone.up();
    alone.down();
    void first.call('send', input('a'));
    first.hide();
    expect(calls).toHaveLength(2);
    calls[1]?.resolve();
    await settle();
    expect(kept.size).toBe(0);
  });

  test('nothing is kept of what was answered, before the page was left or after it came back', async () => {
    const { kept, calls, tab } = openBrowser();
    const page = tab();
    const answered = page.call('send', input('answered'));
    calls[0]?.resolve();
    await answered;
    page.hide();
    expect(kept.size).toBe(0);
    const late = page.call('send', input('late'));
    page.hide();
    expect(kept.size).toBe(1);
    calls[1]?.resolve();
    await late;
    expect(kept.size).toBe(0);
  });

  test('S-4 stay until a daemon has taken them, those that are through go; what none will ever take goes', async () => {
    const { kept, calls, tab } = openBrowser();
    const page = tab();
    const [x, y] = [input('x'), input('y')];
    void page.call('send', x);
    void page.call('send', y);
    page.hide();
    tab().up();
    calls[2]?.resolve();
    calls[3]?.reject(new TabcachedError('STORAGE_FAILED'));
    await settle();
    expect([...kept.values()].map((text) => JSON.parse(text) as unknown)).toEqual([[y]]);
    const again = tab();
    again.up();
    calls[4]?.reject(new TabcachedError('INVALID'));
    await settle();
    expect(kept.size).toBe(0);
  });

  test('T-4 nothing is kept after a sign-out', () => {
    const { kept, tab } = openBrowser();
    const page = tab();
    page.call('send', input('a')).catch(() => undefined);
    page.forget();
    page.hide();
    expect(kept.size).toBe(0);
  });

  test('T-5 are those of their user', () => {
    const { calls, tab } = openBrowser();
    const page = tab('anna');
    void page.call('send', input('of anna'));
    page.hide();
    tab('bert').up();
    expect(calls).toHaveLength(1);
    tab('anna').up();
    expect(calls).toHaveLength(2);
  });
});
