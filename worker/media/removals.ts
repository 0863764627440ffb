/**
 * Removals under way.
 *
 * Owns: that a file wanted while it is being taken away is wanted once that is over. Does not know how files are removed.
 */

/** Files that are being taken away, and whether somebody wanted them meanwhile. */
export interface Removals {
  /** A file is being taken away until the answer is called, which tells whether it was wanted meanwhile; the last of several tells. */
  begin(id: string): () => boolean;
  /** Is it being taken away? Then it is wanted when that is over. */
  postpone(id: string): boolean;
}

/** Nothing is taken away. */
export function createRemovals(): Removals {
  const underWay = new Map<string, { count: number; wanted: boolean }>();
  return {
    begin: (id) => {
      const removal = underWay.get(id) ?? { count: 0, wanted: false };
      removal.count += 1;
      underWay.set(id, removal);
      return () => {
        removal.count -= 1;
        if (removal.count > 0) return false;
        underWay.delete(id);
        return removal.wanted;
      };
    },
    postpone: (id) => {
      const removal = underWay.get(id);
      if (removal) removal.wanted = true;
      return removal !== undefined;
    },
  };
}
