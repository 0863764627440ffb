import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { METRICS } from './metrics.ts';

test('every timing is documented in the README, by the name that it has', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const table = ['| timing | what it spans |', '| --- | --- |', ...Object.entries(METRICS).map(([name, spans]) => `| \`${name}\` | ${spans} |`)].join('\n');
  expect(/<!-- metrics:begin -->\n([\s\S]*)\n<!-- metrics:end -->/.exec(readme)?.[1]).toBe(table);
});
