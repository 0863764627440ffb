/** Which page of the desk is open: who looks, and at which ticket. Pure; `use-place.ts` ties it to the address bar. */

/** Pages beside the tickets. */
export type PageName = 'inspector' | 'settings';

/** A page of the desk. */
export interface Place {
  /** Username, or null on the page where one is chosen. */
  readonly as: string | null;
  /** Id of the opened ticket. */
  readonly ticket: string | null;
  /** A page that stands in place of the tickets; null or left out: the tickets. */
  readonly page?: PageName | null;
}

const isPage = (name: string | null): name is PageName => name === 'inspector' || name === 'settings';

/** The place that an address's query names. */
export function parsePlace(search: string): Place {
  const query = new URLSearchParams(search);
  const page = query.get('page');
  return { as: query.get('as') || null, ticket: query.get('ticket') || null, page: isPage(page) ? page : null };
}

/** Address of a place, from the root of the site. */
export function placeHref({ as, ticket, page }: Place): string {
  const query = new URLSearchParams();
  if (as) query.set('as', as);
  if (ticket) query.set('ticket', ticket);
  if (page) query.set('page', page);
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}
