/** Tells the person of new messages: of all tabs, the daemon chooses the one that does. */
import { useEffect } from 'react';
import type { Client } from 'tabcached';
import { goTo } from '../routing/use-place.ts';
import { noticeTexts } from './notice-text.ts';
import { showNotification } from './notification.ts';
import { playSound } from './sound.ts';

/** While `wanted`; a tab that does not tell hears them all the same, so that they are not told when the switch is turned on. */
export function useNotices(client: Client, username: string, wanted: boolean): void {
  useEffect(
    () =>
      client.notices.subscribe((notices) => {
        if (!wanted) return;
        playSound();
        for (const text of noticeTexts(notices)) showNotification(text, () => text.requestId && goTo({ as: username, ticket: text.requestId }));
      }),
    [client, username, wanted],
  );
}
