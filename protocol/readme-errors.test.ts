import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERROR_CATALOGUE } from './error-catalogue.ts';

/** The README shows the catalogue as it is. */
const errorTable = (): string =>
  ['| code | retryable | cause | what to do |', '| --- | --- | --- | --- |']
    .concat(Object.entries(ERROR_CATALOGUE).map(([code, { retryable, cause, action }]) => `| \`${code}\` | ${retryable ? 'yes' : 'no'} | ${cause} | ${action} |`))
    .join('\n');

test('every error code is documented in the README, with cause, action and whether to retry', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(/<!-- errors:begin -->\n([\s\S]*)\n<!-- errors:end -->/.exec(readme)?.[1]).toBe(errorTable());
});
