import { expect, test } from 'vitest';
import { countPlaywright, countStep, countVitest, sum } from './counts.mjs';

const vitest = (over) => ({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [], ...over });
const playwright = (over, errors = []) => ({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...over }, errors });
const numbers = ({ passed, failed }) => [passed, failed];

test('a step that ends well adds nothing; one that does not is a failure', () => {
  expect(numbers(countStep('lint', 0))).toEqual([0, 0]);
  expect(numbers(countStep('lint', 1))).toEqual([0, 1]);
  expect(numbers(countStep('lint', null))).toEqual([0, 1]);
});

test('vitest: tests are counted, and files that could not be loaded', () => {
  const broken = { status: 'failed', assertionResults: [], name: 'a.test.ts' };
  const fine = { status: 'passed', assertionResults: [{}], name: 'b.test.ts' };
  expect(numbers(countVitest(vitest({ numPassedTests: 5, numFailedTests: 2, testResults: [fine] }), 1))).toEqual([5, 2]);
  expect(numbers(countVitest(vitest({ numPassedTests: 5, testResults: [broken, fine] }), 1))).toEqual([5, 1]);
});

test('playwright: unexpected and flaky tests and errors outside of tests are failures', () => {
  expect(numbers(countPlaywright(playwright({ expected: 3, unexpected: 1, flaky: 1 }), 1))).toEqual([3, 2]);
  expect(numbers(countPlaywright(playwright({ expected: 3 }, [{ message: 'no such file' }]), 1))).toEqual([3, 1]);
});

test('silence is a failure: no report, no test, or an exit code that nothing explains', () => {
  for (const count of [countVitest, countPlaywright]) expect(numbers(count(null, 0))).toEqual([0, 1]);
  expect(numbers(countVitest(vitest({}), 0))).toEqual([0, 1]);
  expect(numbers(countPlaywright(playwright({}), 0))).toEqual([0, 1]);
  expect(numbers(countVitest(vitest({ numPassedTests: 4 }), 1))).toEqual([4, 1]);
  expect(numbers(countPlaywright(playwright({ expected: 4 }), null))).toEqual([4, 1]);
});

test('the total is the sum', () => {
  expect(sum([countStep('build', 1), countVitest(vitest({ numPassedTests: 4 }), 0)])).toEqual({ passed: 4, failed: 1, remarks: ['build failed'] });
});
