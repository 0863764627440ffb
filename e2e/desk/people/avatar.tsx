/** A person's initials in their colour. Decoration: the name stands beside it. */
import type { ReactNode } from 'react';
import { hueOf, initialsOf, nameOf, type Named } from './person-text.ts';

/** See the file. */
export const Avatar = ({ person }: { readonly person: Named | null }): ReactNode => (
  <span className="avatar" data-hue={hueOf(person?.id ?? '')} aria-hidden="true">
    {initialsOf(nameOf(person))}
  </span>
);
