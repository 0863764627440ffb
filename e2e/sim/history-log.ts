/** What happened, as lines: always hashed, kept only when somebody wants to read them. */
export interface HistoryLog {
  add(line: string): void;
  /** Hash of all lines so far, by which two histories are compared. */
  hash(): number;
  lines(): readonly string[];
}

/** An empty log. */
export function createHistoryLog(keep: boolean): HistoryLog {
  const lines: string[] = [];
  let hash = 0x811c9dc5;
  return {
    add: (line) => {
      for (let i = 0; i < line.length; i++) hash = Math.imul(hash ^ line.charCodeAt(i), 0x01000193);
      hash = Math.imul(hash ^ 10, 0x01000193);
      if (keep) lines.push(line);
    },
    hash: () => hash >>> 0,
    lines: () => lines,
  };
}
