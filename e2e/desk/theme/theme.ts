/** The colour theme: the system's, or the one a person chose. Owns the choice and where it is kept (`localStorage`, per browser). */

/** What a person can choose; `system` follows the operating system. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const KEY = 'desk.theme';
const order: readonly ThemeChoice[] = ['system', 'light', 'dark'];

/** The choice after another, round and round. */
export const nextTheme = (choice: ThemeChoice): ThemeChoice => order[(order.indexOf(choice) + 1) % order.length] as ThemeChoice;

/** The remembered choice. */
export function readTheme(): ThemeChoice {
  const { theme } = document.documentElement.dataset;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

/** Shows a choice and remembers it, as far as the browser lets us. */
export function chooseTheme(choice: ThemeChoice): void {
  if (choice === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = choice;
  try {
    if (choice === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Storage is refused: the choice lasts as long as the page.
  }
}

/** Follows the choice made in another tab; returns the undo. */
export function followTheme(listener: (choice: ThemeChoice) => void): () => void {
  const onStorage = (event: StorageEvent): void => {
    if (event.key !== KEY) return;
    chooseTheme(event.newValue === 'light' || event.newValue === 'dark' ? event.newValue : 'system');
    listener(readTheme());
  };
  window.addEventListener('storage', onStorage);
  return () => window.removeEventListener('storage', onStorage);
}
