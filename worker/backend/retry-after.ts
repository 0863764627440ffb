/** The pause that a server asks for (`Retry-After`, RFC 9110 section 10.2.3). Pure. */

/** Longest pause that is believed: a day. Longer ones are mistakes, and timers cannot hold them. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

/**
 * Milliseconds to wait from now, or undefined when the header is missing or unreadable. A date counts from the server's own `Date`
 * where it is told, because this machine's clock may be wrong; `now` is the wall clock in milliseconds otherwise.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  // Engines read dates into nearly anything; a date of HTTP ends in GMT.
  const until = text.endsWith('GMT') ? Date.parse(text) : Number.NaN;
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : until - dateOf(headers, now);
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), LONGEST_MS);
}

function dateOf(headers: Headers, now: number): number {
  const told = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(told) ? now : told;
}
