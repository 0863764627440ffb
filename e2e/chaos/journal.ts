/**
 * What happened in a chaos run, and which promises were broken.
 *
 * Owns: the count of violations and the last lines before each, which are all that a person has to go by: a seed repeats what was tried, not
 * the moments at which it hit.
 */

/** Lines that are shown before a violation. */
const SHOWN = 60;

/** See the head of the file. */
export interface Journal {
  /** Something was done. */
  note(text: string): void;
  /** A promise was broken. The same one with the same words is told once. */
  broken(promise: string, text: string): void;
  violations(): number;
}

/** An empty journal. `print` gets whole lines. */
export function createJournal(print: (line: string) => void, now: () => number): Journal {
  const startedAt = now();
  const told = new Set<string>();
  let recent: string[] = [];
  const stamp = (text: string): string => `${((now() - startedAt) / 1_000).toFixed(2).padStart(8)}  ${text}`;
  return {
    note: (text) => {
      recent = [...recent.slice(1 - SHOWN), stamp(text)];
    },
    broken: (promise, text) => {
      const line = `${promise}: ${text}`;
      if (told.has(line)) return;
      told.add(line);
      for (const each of recent) print(each);
      recent = [];
      print(stamp(`BROKEN ${line}`));
    },
    violations: () => told.size,
  };
}
