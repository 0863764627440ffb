/** What verifying found, in a few words. Pure. */
import type { VerifyReport } from 'tabcached';

/** See the file. */
export function verifyText({ rows, missing, stray, countersWrong }: VerifyReport): string {
  const found = [missing > 0 ? `${missing} missing, fetched again` : '', stray > 0 ? `${stray} stray, deleted` : '', countersWrong ? 'counters corrected' : ''].filter((text) => text !== '');
  return found.length === 0 ? `${rows} rows, all as they should be` : found.join('; ');
}
