/** The button that goes through the themes. */
import { useEffect, useState, type ReactNode } from 'react';
import { Icon, type IconName } from '../icons/icon.tsx';
import { chooseTheme, followTheme, nextTheme, readTheme, type ThemeChoice } from './theme.ts';

const icons: Record<ThemeChoice, IconName> = { system: 'monitor', light: 'sun', dark: 'moon' };
const names: Record<ThemeChoice, string> = { system: 'as the system', light: 'light', dark: 'dark' };

/** Shows the current theme; a press takes the next one. */
export function ThemeToggle(): ReactNode {
  const [choice, setChoice] = useState(readTheme);
  useEffect(() => followTheme(setChoice), []);
  const label = `Theme: ${names[choice]}`;
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      onClick={() => {
        chooseTheme(nextTheme(choice));
        setChoice(nextTheme(choice));
      }}
    >
      <Icon name={icons[choice]} />
    </button>
  );
}
