import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const cases = [...readFileSync(new URL('./CASES.md', import.meta.url), 'utf8').matchAll(/^\| #(\d+) \|([^|]+)\|([^|]+)\|$/gm)].map(([, number, text, tests]) => ({
  number: Number(number),
  text: text?.trim(),
  files: [...(tests ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
}));
const titled = (source: string, number: number): boolean => new RegExp(`['"\`][^'"\`\n]*#${number}\\b`).test(source);

test('the cases are in order, each with what must hold and with tests', () => {
  const numbers = cases.map(({ number }) => number);
  expect(numbers.length).toBeGreaterThan(60);
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  for (const { number, text, files } of cases) expect([number, Boolean(text), files.length > 0]).toEqual([number, true, true]);
});

test('each file that is named for a case has a test with its number', () => {
  const missing = cases.flatMap(({ number, files }) => files.filter((file) => !titled(readFileSync(`${root}${file}`, 'utf8'), number)).map((file) => `#${number} ${file}`));
  expect(missing).toEqual([]);
});

test('each number in the title of a test is of a case that is written down, with the file beside it', () => {
  const missing: string[] = [];
  const files = ['protocol', 'worker', 'client', 'e2e'].flatMap((room) => (readdirSync(`${root}${room}`, { recursive: true }) as string[]).map((file) => `${room}/${file}`));
  for (const file of files.filter((each) => /\.(test|spec)\.tsx?$/.test(each))) {
    const titles = readFileSync(`${root}${file}`, 'utf8').matchAll(/^\s*(?:test|describe|\]\))[^\n]*/gm);
    for (const number of new Set([...titles].flatMap(([line]) => [...line.matchAll(/#(\d+)\b/g)].map((match) => Number(match[1]))))) {
      if (!cases.some((each) => each.number === number && each.files.includes(file))) missing.push(`#${number} ${file}`);
    }
  }
  expect(missing).toEqual([]);
});
