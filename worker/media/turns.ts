/** One task after the other, by name: calls about one file do not overlap. */
export interface Turns {
  /** Runs the task when those before it under the same name have ended, however they ended. */
  take<T>(name: string, task: () => Promise<T>): Promise<T>;
}

/** Nothing under way. */
export function createTurns(): Turns {
  const last = new Map<string, Promise<void>>();
  return {
    take: (name, task) => {
      const turn = (last.get(name) ?? Promise.resolve()).then(task);
      const ended = turn.then(
        () => undefined,
        () => undefined,
      );
      last.set(name, ended);
      void ended.then(() => last.get(name) === ended && last.delete(name));
      return turn;
    },
  };
}
