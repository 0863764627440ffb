/** Whether an observer missed something. Pure. */
import type { Update } from 'tabcached';

/** What is missing between two updates that came one after the other, in words; null: nothing. `previous` is null before the first one. */
export function missedText(previous: Update | null, { epoch, n }: Pick<Update, 'epoch' | 'n'>): string | null {
  const expected = previous?.epoch === epoch ? previous.n + 1 : 1;
  return n > expected ? `Missed ${n - expected} updates of ${epoch}: ${expected} to ${n - 1}.` : null;
}
