/**
 * Notifications of the operating system, as far as the browser and the person allow them.
 *
 * Owns: permission, showing, and what a click does: it is the one thing with which a page may bring itself to the front.
 */
import type { NoticeText } from './notice-text.ts';

/** May notifications be shown? */
export const areNotificationsAllowed = (): boolean => 'Notification' in window && Notification.permission === 'granted';

/** Asks the person, once; only from a click. */
export async function askForNotifications(): Promise<void> {
  if ('Notification' in window && Notification.permission === 'default') await Notification.requestPermission().catch(() => undefined);
}

/** Shows a notification, if it may. A click brings this tab to the front. */
export function showNotification({ title, body, tag }: Pick<NoticeText, 'title' | 'body' | 'tag'>, onClick: () => void): void {
  if (!areNotificationsAllowed()) return;
  try {
    const shown = new Notification(title, { body, tag });
    shown.addEventListener('click', () => {
      window.focus();
      shown.close();
      onClick();
    });
  } catch {
    // Browsers of phones let only service workers show them.
  }
}
