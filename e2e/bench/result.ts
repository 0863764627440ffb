/** What a benchmark yields. */

/** One line of the results; `--json` prints an array of these. */
export interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 's' | 'rows/s' | 'files/s' | 'bytes';
  /** The same measured without tabcached in the same run, or the bound where there is nothing to measure against. */
  readonly floor: number;
  /** `value / floor`. */
  readonly ratio: number;
  /** How many measurements the value is the median of. */
  readonly n: number;
}

/** Middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

const rounded = (value: number): number => Number(value.toPrecision(4));

/** A result, with numbers as exact as such measurements are. */
export const resultOf = (name: string, unit: Result['unit'], value: number, floor: number, n: number): Result => ({
  name,
  value: rounded(value),
  unit,
  floor: rounded(floor),
  ratio: rounded(value / floor),
  n,
});
