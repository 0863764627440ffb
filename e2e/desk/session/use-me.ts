/** Who works at this desk: name and role. Remembered, because the server may be gone when the page is loaded again. */
import { useEffect, useState } from 'react';
import { listPeople, type Person } from '../api/api.ts';
import type { OpenDesk } from './use-desk.ts';

const keyOf = (userId: string): string => `desk.person.${userId}`;

function remembered(userId: string): Person | null {
  try {
    return JSON.parse(localStorage.getItem(keyOf(userId)) ?? 'null') as Person | null;
  } catch {
    return null;
  }
}

/** Forgets who that is. */
export function forgetPerson(userId: string): void {
  try {
    localStorage.removeItem(keyOf(userId));
  } catch {
    // Where storage is refused nothing is kept.
  }
}

/** The person who is signed in; null until known. Asked for once per opening, and again when the link comes back. */
export function useMe({ client }: OpenDesk, online: boolean): Person | null {
  const { userId } = client;
  const [me, setMe] = useState(() => remembered(userId));
  useEffect(() => {
    if (!online) return;
    let over = false;
    listPeople()
      .then((people) => {
        const found = people.find((person) => person.id === userId);
        if (over || !found) return;
        setMe(found);
        localStorage.setItem(keyOf(userId), JSON.stringify(found));
      })
      // The name is decoration: the desk works without it, and the next connection asks again.
      .catch(() => undefined);
    return () => {
      over = true;
    };
  }, [userId, online]);
  return me;
}
