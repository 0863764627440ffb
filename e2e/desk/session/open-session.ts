/** From a username to a sign-in: the kept one, or a new one. */
import { signIn } from '../api/api.ts';
import { readSession, writeSession, type SavedSession } from './saved-session.ts';

/** The sign-in of a username. Rejects with `ApiProblem` when there is none and the server gives none. */
export async function openSession(username: string): Promise<SavedSession> {
  const kept = readSession(username);
  if (kept) return kept;
  const { token, userId } = await signIn(username);
  const session = { username, userId, token };
  writeSession(session);
  return session;
}
