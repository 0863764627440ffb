/** People as the desk shows them. Pure. */

/** What is needed to show somebody. */
export interface Named {
  readonly id: string;
  readonly username: string;
  readonly fullName: string | null;
}

/** Full name where there is one. `System` for messages that nobody wrote. */
export const nameOf = (person: Named | null): string => (person ? person.fullName?.trim() || person.username : 'System');

/** One or two letters that stand for a name. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => word !== '');
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...(word ?? '?')][0] ?? '').join('').toUpperCase();
}

/** One of eight hues, always the same for one id. */
export function hueOf(id: string): number {
  let sum = 0;
  for (let index = 0; index < id.length; index += 1) sum = (sum * 31 + id.charCodeAt(index)) >>> 0;
  return sum % 8;
}
