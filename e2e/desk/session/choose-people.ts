/** Which people are offered for signing in. Pure. */
import type { Person } from '../api/api.ts';
import { nameOf } from '../people/person-text.ts';

/** People of one kind that match what was typed: the first few, and how many more there are. */
export function choosePeople(people: readonly Person[], typed: string, atMost: number): { readonly shown: readonly Person[]; readonly more: number } {
  const text = typed.trim().toLowerCase();
  const found = people.filter((person) => `${person.username} ${nameOf(person)}`.toLowerCase().includes(text));
  return { shown: found.slice(0, atMost), more: Math.max(0, found.length - atMost) };
}
