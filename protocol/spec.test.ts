import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const spec = readFileSync(new URL('./SPEC.md', import.meta.url), 'utf8');
const promises = Object.entries({ H: 8, S: 6, R: 3, M: 3, D: 5, T: 6, B: 9, L: 6, C: 3 }).flatMap(([letter, count]) => Array.from({ length: count }, (_, i) => `${letter}-${i + 1}`));
const rows = new Map([...spec.matchAll(/^\| ([A-Z]-\d) \|([^|]+)\|([^|]+)\|([^|]+)\|$/gm)].map(([, name, text, keptBy, provenBy]) => [name, { text, keptBy, provenBy }]));
const filesIn = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

test('every promise is written down, in order', () => {
  expect([...rows.keys()]).toEqual(promises);
});

test('a promise that holds names the files that keep it and the tests that prove it; one that does not says so', () => {
  for (const [name, { text = '', keptBy, provenBy }] of rows) {
    const holds = !text.includes('*Not yet.*');
    expect([name, filesIn(keptBy).length > 0, filesIn(provenBy).length > 0]).toEqual([name, holds, holds]);
    for (const file of [...filesIn(keptBy), ...filesIn(provenBy)]) expect([name, file, existsSync(new URL(`../${file}`, import.meta.url))]).toEqual([name, file, true]);
    for (const file of filesIn(provenBy)) expect(file).toMatch(/(\.(test|spec)|-(test|contract))\.tsx?$/);
  }
});

test('each file that is named as a proof of a promise has a test that begins with the number', () => {
  const missing: string[] = [];
  for (const [name = '', { provenBy }] of rows) {
    for (const file of filesIn(provenBy)) {
      if (!new RegExp(`(test|describe)[^\n]*['\`"][^'\`"]*\\b${name}\\b`).test(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))) missing.push(`${name} ${file}`);
    }
  }
  expect(missing).toEqual([]);
});
