/** Which row stays where it is when others come. Pure. */
import type { Row } from './rows.ts';

/**
 * Index of the row that must not move, among those on screen, `first` to `last`. A gap is filled from its newer end, so whoever looks
 * at one goes on reading upwards from the row below it; else the first row stays.
 */
export function anchorIndex(rows: readonly Row[], first: number, last: number): number {
  for (let index = last; index >= first; index -= 1) {
    if (rows[index]?.type === 'gap' && index < last) return index + 1;
  }
  return first;
}
