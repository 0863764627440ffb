/**
 * Who is signed in, kept per username in `localStorage`, so that two people can work side by side in one browser and a reload
 * finds the cache while the server is gone.
 */
import * as v from 'valibot';

const SavedSession = v.object({ username: v.string(), userId: v.string(), token: v.string() });
/** A sign-in that is kept. The token may have expired; the user id stays right. */
export type SavedSession = v.InferOutput<typeof SavedSession>;

const PREFIX = 'desk.session.';

/** The kept sign-in of a username, or null when there is none or it cannot be read. */
export function readSession(username: string): SavedSession | null {
  try {
    const result = v.safeParse(SavedSession, JSON.parse(localStorage.getItem(PREFIX + username) ?? 'null'));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

/** Keeps a sign-in. Where storage is refused, it lasts as long as the page. */
export function writeSession(session: SavedSession): void {
  try {
    localStorage.setItem(PREFIX + session.username, JSON.stringify(session));
  } catch {
    // The page works on; only a reload has to sign in again.
  }
}

/** Forgets a sign-in. */
export function forgetSession(username: string): void {
  try {
    localStorage.removeItem(PREFIX + username);
  } catch {
    // Where storage is refused nothing is kept.
  }
}

/** Usernames that signed in from this browser, in alphabetical order. */
export function savedUsernames(): readonly string[] {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length))
      .sort();
  } catch {
    return [];
  }
}
