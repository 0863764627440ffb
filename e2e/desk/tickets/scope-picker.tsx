/** Chooses which tickets the list shows. */
import type { ReactNode } from 'react';
import type { CachedTicket } from 'tabcached';
import type { Scope } from './filter-tickets.ts';

/** See the file. `withMine`: tickets can be assigned to the person who looks. */
export interface ScopePickerProps {
  readonly scope: Scope;
  readonly tickets: readonly CachedTicket[];
  readonly withMine: boolean;
  onChange(scope: Scope): void;
}

/** See the file. */
export function ScopePicker({ scope, tickets, withMine, onChange }: ScopePickerProps): ReactNode {
  const unread = tickets.reduce((count, ticket) => count + (ticket.unreadCount > 0 ? 1 : 0), 0);
  const scopes: readonly { readonly scope: Scope; readonly name: string; readonly count: number }[] = [
    { scope: 'all', name: 'All', count: tickets.length },
    { scope: 'unread', name: 'Unread', count: unread },
    ...(withMine ? [{ scope: 'mine' as const, name: 'Mine', count: -1 }] : []),
  ];
  return (
    <div className="scopes" role="group" aria-label="Show">
      {scopes.map((each) => (
        <button key={each.scope} type="button" className="scope" aria-pressed={each.scope === scope} onClick={() => onChange(each.scope)}>
          {each.name}
          {each.count >= 0 && <span className="scope__count">{each.count}</span>}
        </button>
      ))}
    </div>
  );
}
