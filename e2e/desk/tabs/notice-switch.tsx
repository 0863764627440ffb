/** The switch for notices of new messages. */
import type { ReactNode } from 'react';
import { Icon } from '../icons/icon.tsx';
import { useNoticeChoice } from './notice-choice.ts';
import { areNotificationsAllowed, askForNotifications } from './notification.ts';
import { playSound } from './sound.ts';

/** See the file. */
export function NoticeSwitch(): ReactNode {
  const [wanted, choose] = useNoticeChoice();
  const turn = async (): Promise<void> => {
    choose(!wanted);
    if (wanted) return;
    // The person hears what it will sound like, and the browser learns that this page may make it.
    playSound();
    await askForNotifications();
  };
  const how = wanted ? (areNotificationsAllowed() ? 'a notification and a sound' : 'a sound') : 'nothing';
  return (
    <button
      type="button"
      className="icon-button"
      role="switch"
      aria-checked={wanted}
      aria-label="Tell me of new messages"
      title={`New messages: ${how}`}
      onClick={() => void turn()}
    >
      <Icon name={wanted ? 'bell' : 'silent'} />
    </button>
  );
}
