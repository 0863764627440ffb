/**
 * One notice for each new message, to exactly one tab, or to none when somebody looks at its chat.
 *
 * Owns: what is not told yet, kept over lives of the daemon (`_untold`), and the choice of the tab. Does not know what a tab does with it.
 *
 * What the stored tickets say was told by whoever stored them; only what they know and nobody was told of has to be noted beside them. So a
 * notice is posted as soon as its ticket is stored, and a daemon that is killed right before or after tells nothing twice.
 */
import type { CachedTicket, Notice, NoticeFrame, NoticeMark } from '../../protocol/index.ts';
import { NOTICE_RETELL_MS } from '../../protocol/tabs.ts';
import type { Clock, Timers } from '../env.ts';
import type { Session } from '../sessions.ts';
import { compareMark, markOf } from './notice-marks.ts';

/** What notices are made with. */
export interface NoticesSetup {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Tickets as they were when this daemon began. */
  readonly known: readonly CachedTicket[];
  /** What the daemon before had not told; null: no tab has ever asked for notices. */
  readonly untold: Readonly<Record<string, NoticeMark>> | null;
  /** Stores what is not told. */
  note(untold: Readonly<Record<string, NoticeMark>>): void;
  /** Resolves when the tickets that are being changed now are stored; soon also while nothing can be stored. */
  stored(): Promise<void>;
  tickets(): readonly CachedTicket[];
  /** Connected tabs, the one that is most looked at first. */
  sessions(): readonly Session[];
  shows(session: Session, requestId: string): boolean;
  /** May the ticket's unread count have messages that were read here, until the server has heard of it? Nobody is told before that. */
  countsRead(requestId: string): boolean;
  post(session: Session, frame: string): void;
}

/** The notices. */
export interface Notices {
  watch(session: Session, watching: boolean): void;
  /** That tab has the notice and is awake. */
  confirm(session: Session, number: number): void;
  /** Tickets changed. `first`: what was unknown before is the history of a list that was never fetched, not news. */
  look(changed: readonly CachedTicket[], first?: boolean): void;
  close(): void;
}

/** Creates the notices, and looks at once at what has changed since the daemon began. `first` as in {@link Notices.look}. */
export function createNotices(setup: NoticesSetup, first: boolean): Notices {
  const { clock, timers, sessions, post } = setup;
  const marks = new Map(setup.known.map((ticket) => [ticket.id, markOf(ticket)]));
  for (const [requestId, mark] of Object.entries(setup.untold ?? {})) marks.set(requestId, mark);
  const untold = new Map(Object.entries(setup.untold ?? {}));
  /** Has a tab ever asked? Until then everything is history. */
  let used = setup.untold !== null;
  let watching: readonly Session[] = [];
  let number = 0;
  const unanswered = new Map<number, () => void>();

  /** Tabs that can tell their person, the best one first. */
  const candidates = (without: readonly Session[]): readonly Session[] => sessions().filter((session) => watching.includes(session) && !without.includes(session));

  /** Does a visible tab show the chat? */
  const isSeen = (requestId: string): boolean => sessions().some((session) => session.report.visible && setup.shows(session, requestId));

  /** What was read meanwhile, or is looked at, is no news. */
  const isNews = ({ requestId, sequence }: Notice): boolean => !isSeen(requestId) && (marks.get(requestId)?.read ?? 0) < sequence;

  /** Posts; a tab that sleeps is left for another one, and one that is gone had its chance. */
  const tell = (session: Session, notices: readonly Notice[], asleep: readonly Session[]): void => {
    const mine = ++number;
    const frame: NoticeFrame = { t: 'notice', number: mine, at: clock.now(), notices };
    post(session, JSON.stringify(frame));
    const cancel = timers.after(NOTICE_RETELL_MS, () => {
      unanswered.delete(mine);
      const skipped = [...asleep, session];
      const [next] = candidates(skipped);
      const left = notices.filter(isNews);
      if (next && left.length > 0 && sessions().includes(session)) tell(next, left, skipped);
    });
    unanswered.set(mine, cancel);
  };

  /** Tells of what is stored by now. When the last tab has gone meanwhile, it waits for the next one. */
  const deliver = (notices: readonly Notice[], before: ReadonlyMap<string, NoticeMark>): void => {
    const able = candidates([]);
    const [best] = able;
    if (!best) {
      for (const [requestId, mark] of before) {
        marks.set(requestId, mark);
        untold.set(requestId, mark);
      }
      return noteIf(true);
    }
    // A click on what the tab shows brings that tab to the front, and no other: so it is the one with the chat.
    const [only] = notices.length === 1 ? notices : [];
    tell((only && able.find((session) => setup.shows(session, only.requestId))) ?? best, notices, []);
  };

  /** What is to be told when its tickets are stored, by chat: a hundred messages at once are one notice. */
  let gathered = new Map<string, { readonly notice: Notice; readonly mark: NoticeMark }>();
  let delivering = false;
  const gather = async (notices: readonly Notice[], before: ReadonlyMap<string, NoticeMark>): Promise<void> => {
    for (const notice of notices) {
      const earlier = gathered.get(notice.requestId);
      gathered.set(notice.requestId, { notice: { ...notice, count: notice.count + (earlier?.notice.count ?? 0) }, mark: earlier?.mark ?? (before.get(notice.requestId) as NoticeMark) });
    }
    if (delivering) return;
    delivering = true;
    while (gathered.size > 0) {
      const batch = gathered;
      gathered = new Map();
      await setup.stored();
      const left = [...batch].filter(([, { notice }]) => isNews(notice));
      if (left.length > 0) deliver(left.map(([, { notice }]) => notice), new Map(left.map(([requestId, { mark }]) => [requestId, mark])));
    }
    delivering = false;
  };

  let lookAgain: (() => void) | null = null;
  const noteIf = (changed: boolean): void => {
    if (changed && used) setup.note(Object.fromEntries(untold));
  };

  const look = (changed: readonly CachedTicket[], isFirst = false): void => {
    const notices: Notice[] = [];
    const before = new Map<string, NoticeMark>();
    let noted = false;
    const able = candidates([]).length > 0;
    for (const ticket of changed) {
      const { id: requestId, subject, headSequence: sequence, lastMessagePreview: preview } = ticket;
      const known = marks.get(requestId) ?? (isFirst || !used ? null : { head: 0, unread: 0, read: 0 });
      if (!known || !used) {
        marks.set(requestId, markOf(ticket));
        continue;
      }
      const { mark, count } = compareMark(known, ticket);
      const seen = count > 0 && isSeen(requestId);
      const news = count > 0 && !seen && able;
      const waits = news && setup.countsRead(requestId);
      const tellable = news && !waits;
      // Where the count turns out to be right, no change of the ticket tells it.
      if (waits) lookAgain ??= timers.after(NOTICE_RETELL_MS, () => {
        lookAgain = null;
        look(setup.tickets());
      });
      if (tellable) {
        notices.push({ requestId, subject, sequence, count, preview });
        before.set(requestId, mark);
      }
      const next = tellable || seen ? markOf(ticket) : mark;
      marks.set(requestId, next);
      // The stored ticket will say that all of it was told.
      const behind = next.head < sequence;
      const stood = untold.get(requestId);
      if (behind ? JSON.stringify(stood) !== JSON.stringify(next) : stood !== undefined) noted = true;
      if (behind) untold.set(requestId, next);
      else untold.delete(requestId);
    }
    noteIf(noted);
    if (notices.length > 0) void gather(notices, before);
  };

  look(setup.tickets(), first);
  return {
    watch: (session, on) => {
      watching = watching.filter((other) => other !== session && sessions().includes(other));
      if (!on) return;
      watching = [...watching, session];
      if (!used) {
        used = true;
        return noteIf(true);
      }
      look(setup.tickets());
    },
    confirm: (_session, confirmed) => {
      unanswered.get(confirmed)?.();
      unanswered.delete(confirmed);
    },
    look,
    close: () => {
      lookAgain?.();
      for (const cancel of unanswered.values()) cancel();
    },
  };
}
