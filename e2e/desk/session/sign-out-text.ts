/** What the sign-out dialog says. Pure. */
import { messagesText } from '../outbox/outbox-text.ts';

/** The dialog's words; null where nothing is said. */
export interface SignOutText {
  /** Under the choice that keeps the cache. */
  readonly keep: string;
  /** What a person would lose. */
  readonly loss: string | null;
  /** Who else is signed out. */
  readonly tabs: string | null;
  /** On the button. */
  readonly action: string;
}

/** Words for a choice. `unsent` and `tabs` are counts. */
export function signOutText({ wipe, unsent, tabs }: { readonly wipe: boolean; readonly unsent: number; readonly tabs: number }): SignOutText {
  const are = unsent === 1 ? 'is' : 'are';
  const waiting = unsent === 0 ? '' : ` ${messagesText(unsent)} that ${are} not sent yet ${unsent === 1 ? 'waits' : 'wait'} here until then.`;
  return {
    keep: `Nobody is shown it before you sign in again.${waiting}`,
    loss: wipe && unsent > 0 ? `${messagesText(unsent)} ${unsent === 1 ? 'has' : 'have'} not been sent yet and would be lost for good.` : null,
    tabs: tabs > 1 ? `All ${tabs} tabs are signed out.` : null,
    action: !wipe ? 'Sign out' : unsent > 0 ? `Lose ${messagesText(unsent)} and sign out` : 'Remove and sign out',
  };
}

/** What the daemon names when storage did not take the note of the sign-out. */
const NOTE = 'the note of the sign-out';

/** What is said on the page where somebody else can sign in. `left`: what could not be removed or noted. */
export function signedOutText(left: readonly string[]): { readonly title: string; readonly detail: string; readonly calm: boolean } {
  const files = left.filter((each) => each !== NOTE);
  return {
    title: 'You are signed out',
    calm: left.length === 0,
    detail: [
      'In all tabs of this browser.',
      ...(files.length > 0 ? [`This could not be removed yet: ${files.join(', ')}. It goes when the desk is opened again.`] : []),
      ...(left.includes(NOTE) ? ['The browser’s storage did not answer, so what it keeps may be shown when the desk is opened here again without a connection.'] : []),
    ].join(' '),
  };
}
