/**
 * Gives the daemon tokens.
 *
 * Owns: when to sign in again, and that it happens once however often it is asked. Does not know the server or the storage.
 */
import type { SavedSession } from './saved-session.ts';

/** What a token source needs. */
export interface TokenSourceSetup {
  readonly session: SavedSession;
  signIn(username: string): Promise<{ readonly token: string; readonly userId: string }>;
  /** Another tab may have signed in meanwhile. */
  read(username: string): SavedSession | null;
  write(session: SavedSession): void;
  /** The username now belongs to another user id, as after the server's data was replaced: this session is over. */
  onOtherUser(session: SavedSession): void;
}

/** The tokens of one session. */
export interface TokenSource {
  /** The token as last known. */
  current(): string;
  /** A token that is not the rejected one, or null when there is none to be had. */
  getToken(rejected: string | null): Promise<string | null>;
}

/** Tokens for a session. */
export function createTokenSource({ session, signIn, read, write, onOtherUser }: TokenSourceSetup): TokenSource {
  const { username, userId } = session;
  let token = session.token;
  let renewal: Promise<string | null> | null = null;

  const renew = async (): Promise<string | null> => {
    try {
      const fresh = { username, ...(await signIn(username)) };
      write({ username, userId: fresh.userId, token: fresh.token });
      if (fresh.userId !== userId) {
        onOtherUser(fresh);
        return null;
      }
      token = fresh.token;
      return token;
    } catch {
      return null;
    } finally {
      renewal = null;
    }
  };

  return {
    current: () => token,
    getToken: async (rejected) => {
      const kept = read(username);
      if (kept?.userId === userId) token = kept.token;
      if (token !== rejected) return token;
      renewal ??= renew();
      return renewal;
    },
  };
}
