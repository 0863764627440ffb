/** A promise that was broken: which, where, and what was seen. */
export interface Violation {
  /** Its number in SPEC.md, or a word for what has none. */
  readonly promise: string;
  readonly text: string;
}

/** Where broken promises are told. Only the first counts: what follows it may follow from it. */
export interface Verdict {
  readonly first: () => Violation | null;
  broken(promise: string, text: string): void;
}

/** A verdict with nothing against it. */
export function createVerdict(): Verdict {
  let first: Violation | null = null;
  return {
    first: () => first,
    broken: (promise, text) => void (first ??= { promise, text }),
  };
}
