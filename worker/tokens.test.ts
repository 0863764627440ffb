import { describe, expect, test } from 'vitest';
import type { Session } from './sessions.ts';
import { createTokenSource } from './tokens.ts';
import { createVirtualTime } from './testing/virtual-time.ts';

const session = (tabId: string): Session => ({ tabId, report: { visible: true, focused: true, online: true }, sent: 0, acked: 0, behind: null });

function source(...tabIds: string[]) {
  const time = createVirtualTime();
  const tabs = tabIds.map(session);
  const asked: { session: Session; number: number; rejected: string | null }[] = [];
  const tokens = createTokenSource({
    timers: time.timers,
    candidates: () => tabs,
    ask: (to, number, rejected) => void asked.push({ session: to, number, rejected }),
    onNeed: () => undefined,
  });
  const get = (rejected: string | null = null): Promise<string> => tokens.get(rejected, new AbortController().signal);
  const answer = (token: string | null): void => {
    const last = asked.at(-1);
    if (last) tokens.answer(last.session, last.number, token);
  };
  return { time, tabs, asked, tokens, get, answer };
}

describe('the token', () => {
  test('#47 is asked of one tab, once, and kept', async () => {
    const { asked, get, answer } = source('one', 'two');
    const both = Promise.all([get(), get()]);
    answer('token');
    expect(await both).toEqual(['token', 'token']);
    expect(await get()).toBe('token');
    expect(asked.map((question) => question.session.tabId)).toEqual(['one']);
  });

  test('#47 that was rejected is not used again, whoever gives it', async () => {
    const { asked, get, answer } = source('one', 'two');
    const first = get();
    answer('old');
    await first;
    const second = get('old');
    answer('old');
    answer('new');
    expect(await second).toBe('new');
    expect(asked.map((question) => [question.session.tabId, question.rejected])).toEqual([['one', null], ['one', 'old'], ['two', 'old']]);
  });

  test('#47 that was rejected once is not used again later either', async () => {
    const { asked, get, answer } = source('one', 'two');
    const first = get();
    answer('a');
    await first;
    const second = get('a');
    answer('b');
    await second;
    const third = get('b');
    answer('a');
    answer('c');
    expect(await third).toBe('c');
    expect(asked.map((question) => question.rejected)).toEqual([null, 'a', 'b', 'b']);
  });

  test('#47 is asked of another tab when the one asked closes, has none, or does not answer', async () => {
    const { time, tabs, asked, tokens, get, answer } = source('one', 'two', 'three');
    const token = get();
    const [one] = tabs.splice(0, 1);
    if (one) tokens.left(one);
    await time.advance(60_000);
    answer('token');
    expect(await token).toBe('token');
    expect(asked.map((question) => question.session.tabId)).toEqual(['one', 'two', 'three']);
  });

  test('is missing when no tab has one', async () => {
    const { get, answer } = source('one');
    const token = get();
    answer(null);
    await expect(token).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await expect(source().get()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  test('T-5 of another user is refused and never taken again', async () => {
    const { tokens, get, answer } = source('one');
    const first = get();
    answer('theirs');
    await first;
    tokens.refuse();
    const second = get();
    answer('theirs');
    await expect(second).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });
});
