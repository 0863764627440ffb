import { describe, expect, test } from 'vitest';
import { signedOutText, signOutText } from './sign-out-text.ts';

describe('#97 the sign-out dialog', () => {
  test('names what would be lost, and only then', () => {
    expect(signOutText({ wipe: true, unsent: 2, tabs: 1 })).toMatchObject({ loss: '2 messages have not been sent yet and would be lost for good.', action: 'Lose 2 messages and sign out', tabs: null });
    expect(signOutText({ wipe: true, unsent: 1, tabs: 1 }).loss).toBe('1 message has not been sent yet and would be lost for good.');
    expect(signOutText({ wipe: true, unsent: 0, tabs: 1 })).toMatchObject({ loss: null, action: 'Remove and sign out' });
  });

  test('what is kept waits for the next sign-in', () => {
    expect(signOutText({ wipe: false, unsent: 1, tabs: 3 })).toEqual({
      keep: 'Nobody is shown it before you sign in again. 1 message that is not sent yet waits here until then.',
      loss: null,
      tabs: 'All 3 tabs are signed out.',
      action: 'Sign out',
    });
  });

  test('what a wipe left is said', () => {
    expect(signedOutText([])).toMatchObject({ detail: 'In all tabs of this browser.', calm: true });
    expect(signedOutText(['files']).calm).toBe(false);
    expect(signedOutText(['files']).detail).toContain('could not be removed yet: files');
    expect(signedOutText(['the note of the sign-out']).detail).toBe(
      'In all tabs of this browser. The browser’s storage did not answer, so what it keeps may be shown when the desk is opened here again without a connection.',
    );
  });
});
