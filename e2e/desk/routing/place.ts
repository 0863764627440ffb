/** Which page of the desk is open: who looks, and at which ticket. Pure; `use-place.ts` ties it to the address bar. */

/** A page of the desk. */
export interface Place {
  /** Username, or null on the page where one is chosen. */
  readonly as: string | null;
  /** Id of the opened ticket. */
  readonly ticket: string | null;
}

/** The place that an address's query names. */
export function parsePlace(search: string): Place {
  const query = new URLSearchParams(search);
  return { as: query.get('as') || null, ticket: query.get('ticket') || null };
}

/** Address of a place, from the root of the site. */
export function placeHref({ as, ticket }: Place): string {
  const query = new URLSearchParams();
  if (as) query.set('as', as);
  if (ticket) query.set('ticket', ticket);
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}
