/**
 * Texts that compress no better than real ones.
 *
 * Owns: a made-up vocabulary of 6,000 words, used with the uneven frequencies of a language. Everything follows from seeds, so that
 * both sides of a comparison and every run see the same texts.
 */

/** Uniform numbers in [0, 1) from a seed (mulberry32's step). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const letters = 'etaoinshrdlucmfwypvbgkqjxz';

function makeVocabulary(size: number): readonly string[] {
  const random = seeded(20_261_124);
  return Array.from({ length: size }, () => {
    const length = 2 + Math.floor(random() * 9);
    let word = '';
    for (let i = 0; i < length; i++) word += letters[Math.floor(random() ** 1.6 * letters.length)];
    return word;
  });
}

const vocabulary = makeVocabulary(6_000);

/** A message of 12 to 43 words. */
export function textOf(seed: number): string {
  const random = seeded(seed);
  const count = 12 + Math.floor(random() * 32);
  const words = Array.from({ length: count }, () => vocabulary[Math.floor(random() ** 2 * vocabulary.length)]);
  return `${words.join(' ')}.`;
}
