/**
 * How tabs answer when they are asked for a token.
 *
 * Owns: what the next answers are like. `old`: the one that was rejected, or that of when it was asked, which may not be good any more; `strange`: that of another person. Does not know which tab is asked.
 */

/** How a tab answers. */
export interface TokenAnswer {
  readonly with: 'now' | 'old' | 'none' | 'never' | 'strange';
  readonly afterMs: number;
}

/** The next answers; after them every tab answers at once. */
export interface TokenAnswers {
  next(): TokenAnswer;
  add(answer: TokenAnswer): void;
  clear(): void;
  /** Is a bad answer to come, or was the last one that was given? */
  areBad(): boolean;
}

/** Every tab answers at once. */
export function createTokenAnswers(): TokenAnswers {
  let answers: TokenAnswer[] = [];
  let last: TokenAnswer = { with: 'now', afterMs: 0 };
  return {
    next: () => (last = answers.shift() ?? { with: 'now', afterMs: 0 }),
    add: (answer) => void answers.push(answer),
    clear: () => void (answers = []),
    areBad: () => answers.length > 0 || last.with !== 'now',
  };
}
