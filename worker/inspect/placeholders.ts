/**
 * Names for what must not leave the daemon: the same text has the same name wherever it occurs.
 *
 * Owns: the names, and cutting what is known to be secret out of any other text. Lives as long as one export.
 */

/** Shorter ones occur by chance in ids and numbers. */
const CUT_FROM = 4;

/** Placeholders of one export. */
export interface Placeholders {
  /** `text N`; what is no text, or empty, is empty. */
  text(content: unknown): string;
  /** `me`, `person N`, or null. */
  person(id: unknown): string | null;
  /** Remembers a token or a text that has to be cut out. */
  secret(value: unknown): void;
  /** The same value without anything that is known to be secret, at any depth. */
  clean<T>(value: T): T;
}

/** No name was given yet. */
export function createPlaceholders(userId: string): Placeholders {
  const texts = new Map<string, string>();
  const persons = new Map<string, string>([[userId, 'me']]);
  const secrets = new Set<string>();

  const cut = (text: string): string => {
    let cleaned = text;
    for (const secret of secrets) if (cleaned.includes(secret)) cleaned = cleaned.replaceAll(secret, '…');
    return cleaned;
  };
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return cut(value);
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, clean(member)]));
  };
  const named = (names: Map<string, string>, word: string, value: string): string => {
    const known = names.get(value) ?? `${word} ${names.size + (names === texts ? 1 : 0)}`;
    names.set(value, known);
    return known;
  };
  return {
    text: (content) => (typeof content === 'string' && content !== '' ? named(texts, 'text', content) : ''),
    person: (id) => (typeof id === 'string' ? named(persons, 'person', id) : null),
    secret: (value) => {
      if (typeof value === 'string' && value.length >= CUT_FROM) secrets.add(value);
    },
    clean: <T>(value: T): T => clean(value) as T,
  };
}
