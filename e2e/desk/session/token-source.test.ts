import { describe, expect, test } from 'vitest';
import type { SavedSession } from './saved-session.ts';
import { createTokenSource } from './token-source.ts';

const session: SavedSession = { username: 'ada', userId: 'u1', token: 'old' };

function setUp(answer: () => Promise<{ token: string; userId: string }>, kept: SavedSession | null = null) {
  const written: SavedSession[] = [];
  const others: SavedSession[] = [];
  let signIns = 0;
  const tokens = createTokenSource({
    session,
    signIn: () => {
      signIns += 1;
      return answer();
    },
    read: () => kept,
    write: (saved) => written.push(saved),
    onOtherUser: (other) => others.push(other),
  });
  return { tokens, written, others, signIns: () => signIns };
}

const fresh = async () => ({ token: 'new', userId: 'u1' });

describe('token source', () => {
  test('gives the kept token without asking the server', async () => {
    const { tokens, signIns } = setUp(fresh);
    expect(await tokens.getToken(null)).toBe('old');
    expect(signIns()).toBe(0);
  });

  test('signs in once for a rejected token, however often it is asked', async () => {
    const { tokens, signIns, written } = setUp(fresh);
    expect(await Promise.all([tokens.getToken('old'), tokens.getToken('old')])).toEqual(['new', 'new']);
    expect(signIns()).toBe(1);
    expect(written).toEqual([{ username: 'ada', userId: 'u1', token: 'new' }]);
    expect(tokens.current()).toBe('new');
  });

  test('takes the token that another tab got', async () => {
    const { tokens, signIns } = setUp(fresh, { ...session, token: 'from another tab' });
    expect(await tokens.getToken('old')).toBe('from another tab');
    expect(signIns()).toBe(0);
  });

  test('has none when signing in fails, and tries again the next time', async () => {
    let failures = 1;
    const { tokens } = setUp(async () => {
      if (failures-- > 0) throw new Error('no server');
      return fresh();
    });
    expect(await tokens.getToken('old')).toBeNull();
    expect(await tokens.getToken('old')).toBe('new');
  });

  test('a username that now names another user ends the session', async () => {
    const { tokens, others } = setUp(async () => ({ token: 'new', userId: 'u2' }));
    expect(await tokens.getToken('old')).toBeNull();
    expect(others).toEqual([{ username: 'ada', userId: 'u2', token: 'new' }]);
  });
});
