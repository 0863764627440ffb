/**
 * From notifications to frames: what happened, told to every connection that may hear of it.
 *
 * Owns: one notice after the other, in the order of commits, so that the frames of a chat come in the order of its revisions and none is
 * left out. Notices that wait are read together. Does not know sockets, nor what frames say.
 */
import type { Database } from './database.ts';
import { changeFrames, readFrame, roleFrames } from './frames.ts';
import { parseNotice, type Notice } from './notify.ts';
import { personOf, type Person } from './people.ts';
import { ticketFor } from './tickets.ts';

/** A frame without its number, which each connection gives. */
export type Unnumbered = Readonly<Record<string, unknown>> & { readonly type: string };

/** Who is connected. */
export interface Audience {
  /** Users with at least one connection. */
  people(): readonly Person[];
  /** Somebody's role changed; he may be connected, about to be, or not. */
  replace(person: Person): void;
  /** Sends a frame to all connections of a user. */
  send(userId: string, frame: Unnumbered): void;
}

/** The fan-out of one server process. */
export interface FanOut {
  receive(payload: string): void;
  /** Notifications were missed: everybody has to catch up. */
  lose(): void;
  /** Resolves when everything received so far is sent. */
  drained(): Promise<void>;
}

/** Creates the fan-out. Errors of the database go to `onError`; the connections are told that frames were lost. */
export function createFanOut(database: Database, audience: Audience, onError: (error: unknown) => void): FanOut {
  let waiting: Notice[] = [];
  let running: Promise<void> = Promise.resolve();
  let busy = false;

  const lose = (): void => {
    for (const person of audience.people()) audience.send(person.id, { type: 'lost' });
  };
  const connected = (userId: string): Person | undefined => audience.people().find(({ id }) => id === userId);

  const tellOther = async (notice: Exclude<Notice, { kind: 'change' }>): Promise<void> => {
    const person = connected(notice.userId);
    if (!person) return;
    if (notice.kind === 'removed') {
      // He may have got it back meanwhile, and been told so in this same batch.
      if (!(await ticketFor(database, person, notice.requestId))) audience.send(person.id, { type: 'removed', requestId: notice.requestId });
    } else if (notice.kind === 'read') audience.send(person.id, await readFrame(database, person, notice.requestId));
    else for (const frame of await roleFrames(database, person)) audience.send(person.id, frame);
  };

  const tell = async (notices: readonly Notice[]): Promise<void> => {
    const changes = new Map<string, number[]>();
    const others = new Map<string, Exclude<Notice, { kind: 'change' }>>();
    for (const notice of notices) {
      if (notice.kind !== 'change') others.set(JSON.stringify(notice), notice);
      else if (changes.get(notice.requestId)?.push(notice.revision) === undefined) changes.set(notice.requestId, [notice.revision]);
    }
    // Roles first: what was written after somebody lost his role is not for him, though it waits in the same batch.
    for (const { kind, userId } of others.values()) {
      const person = kind === 'role' ? await personOf(database, userId) : undefined;
      if (person) audience.replace(person);
    }
    for (const [requestId, revisions] of changes) {
      await changeFrames(database, audience.people(), requestId, revisions.sort((a, b) => a - b), (userId, frame) => audience.send(userId, frame));
    }
    for (const notice of others.values()) await tellOther(notice);
  };

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const notices = waiting;
      waiting = [];
      try {
        await tell(notices);
      } catch (error) {
        onError(error);
        lose();
      }
    }
    busy = false;
  };

  return {
    receive: (payload) => {
      waiting.push(parseNotice(payload));
      if (busy) return;
      busy = true;
      running = drain();
    },
    lose,
    drained: () => running,
  };
}
