/** Points in time as people read them. Pure: the present is an argument. Times are the browser's local ones. */

const LOCALE = 'en-GB';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const clock = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(LOCALE, { weekday: 'short' });
const longWeekday = new Intl.DateTimeFormat(LOCALE, { weekday: 'long' });
const dayMonth = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' });
const dayMonthYear = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric' });
const longDate = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'long' });
const longDateYear = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'long', year: 'numeric' });
const full = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'full', timeStyle: 'short' });

/** Midnight that begins the day of a time, in milliseconds. */
function dayStart(atMs: number): number {
  const date = new Date(atMs);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** Whole calendar days from one time to a later one; a day of 23 or 25 hours is one day. */
const daysBetween = (fromMs: number, toMs: number): number => Math.round((dayStart(toMs) - dayStart(fromMs)) / (24 * HOUR_MS));

const sameYear = (aMs: number, bMs: number): boolean => new Date(aMs).getFullYear() === new Date(bMs).getFullYear();

/** Name of the local day of a time, for comparison: two messages of one day have the same. */
export const dayKey = (atMs: number): string => String(dayStart(atMs));

/** `09:41` */
export const clockText = (atMs: number): string => clock.format(atMs);

/** `Saturday 14 March 2026 at 09:41` */
export const fullText = (atMs: number): string => full.format(atMs);

/** How long ago, in a few characters: `now`, `12 min`, `3 h`, `Yesterday`, `Mon`, `3 Mar`, `3 Mar 2025`. A future time is now. */
export function relativeText(atMs: number, nowMs: number): string {
  const agoMs = nowMs - atMs;
  if (agoMs < MINUTE_MS) return 'now';
  if (agoMs < HOUR_MS) return `${Math.floor(agoMs / MINUTE_MS)} min`;
  const days = daysBetween(atMs, nowMs);
  if (days === 0) return `${Math.floor(agoMs / HOUR_MS)} h`;
  if (days === 1) return 'Yesterday';
  if (days < 7) return weekday.format(atMs);
  return (sameYear(atMs, nowMs) ? dayMonth : dayMonthYear).format(atMs);
}

/** Heading of a day: `Today`, `Yesterday`, `Monday`, `Tuesday 3 March`, with the year when it is another one. */
export function dayText(atMs: number, nowMs: number): string {
  const days = daysBetween(atMs, nowMs);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < 7) return longWeekday.format(atMs);
  // Put together here, because browsers disagree on the comma.
  return `${longWeekday.format(atMs)} ${(sameYear(atMs, nowMs) ? longDate : longDateYear).format(atMs)}`;
}
