/** Pauses between attempts of the client: short at first, because most causes are gone at once. */

const FIRST_MS = 200;
const LONGEST_MS = 16_000;

/** Pause before the attempt after `failures` failed ones, in milliseconds: half of it fixed, half drawn, so that tabs spread out. */
export const pauseMs = (failures: number, random: () => number): number => {
  const fullMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return fullMs / 2 + (fullMs / 2) * random();
};
