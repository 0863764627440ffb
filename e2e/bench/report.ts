/** The results as a table, beside the design's bounds. Nothing fails here: a bound that is missed is shown. */
import type { Result } from './result.ts';

/** Largest ratio that is allowed; for `ingest` the smallest. */
const bounds: Readonly<Record<string, number>> = {
  'fanout-30': 1.2,
  'fanout-30-cpu': 1.2,
  'warm-open': 2,
  'disk-open-100k': 1.5,
  ingest: 0.7,
  'tab-bytes': 1,
  'worker-bytes': 1,
};

function verdict({ name, ratio }: Result): string {
  const bound = bounds[name];
  if (bound === undefined) return '';
  const isHeld = name === 'ingest' ? ratio >= bound : ratio <= bound;
  return `${name === 'ingest' ? '>=' : '<='} ${bound} ${isHeld ? 'held' : 'MISSED'}`;
}

/** Lines of the table. */
export function tableOf(results: readonly Result[]): string {
  const rows = [
    ['', 'value', 'floor', 'unit', 'ratio', 'n', 'bound'],
    ...results.map((result) => [
      result.name,
      String(result.value),
      String(result.floor),
      result.unit,
      result.ratio.toFixed(2),
      String(result.n),
      verdict(result),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 || column === 6 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}
