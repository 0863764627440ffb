/**
 * The simulator's only source of chance: a seeded generator (sfc32).
 *
 * Owns: that the same seed and stream always give the same numbers. Streams are independent, so that drawing more from one does not
 * change another.
 */

/** Numbers of one stream. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number from 0 to `below - 1`. */
  int(below: number): number;
  chance(probability: number): boolean;
}

/** Creates a stream of a seed. */
export function createRandom(seed: number, stream = 0): Random {
  let a = seed | 0;
  let b = (seed / 2 ** 32) | 0;
  let c = (stream * 0x9e3779b9) | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next();
  return { next, int: (below) => Math.floor(next() * below), chance: (probability) => next() < probability };
}
