/** Sizes as people read them: `0 B`, `812 B`, `1.4 kB`, `23 MB`. Decimal units, as disks are sold. Pure. */
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** See the file. */
export function bytesText(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}
