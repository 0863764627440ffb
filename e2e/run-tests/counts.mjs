/**
 * Counting what the runners really reported.
 *
 * Pure. A runner that crashed, reported nothing, or ran no test counts as one failure: silence is never success.
 */

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} remarks What a reader should know beside the numbers.
 */

/** @type {(remark: string) => Counts} */
const oneFailure = (remark) => ({ passed: 0, failed: 1, remarks: [remark] });

/**
 * A step that either ends well or does not: type check, lint, build. It is no test, so ending well adds nothing.
 *
 * @type {(name: string, exitCode: number | null) => Counts}
 */
export const countStep = (name, exitCode) => (exitCode === 0 ? { passed: 0, failed: 0, remarks: [] } : oneFailure(`${name} failed`));

/**
 * Adds the failure that a runner did not report but its exit code tells of.
 *
 * @type {(counts: Counts, name: string, exitCode: number | null) => Counts}
 */
function withExitCode(counts, name, exitCode) {
  if (counts.passed + counts.failed === 0) return oneFailure(`${name} ran no test`);
  if (exitCode === 0 || counts.failed > 0) return counts;
  return { ...counts, failed: 1, remarks: [...counts.remarks, `${name} ended with exit code ${exitCode} though no test failed`] };
}

/**
 * Vitest's JSON report. A file that could not be loaded is a failure of its own.
 *
 * @type {(report: any, exitCode: number | null) => Counts}
 */
export function countVitest(report, exitCode) {
  if (!report) return oneFailure('vitest left no report');
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const skipped = report.numPendingTests + report.numTodoTests;
  const remarks = [
    ...unloaded.map((file) => `could not be loaded: ${file.name}`),
    ...(skipped > 0 ? [`${skipped} skipped by vitest`] : []),
  ];
  return withExitCode({ passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length, remarks }, 'vitest', exitCode);
}

/**
 * Playwright's JSON report. A test that passed only at a second attempt would be a failure: there are no retries.
 *
 * @type {(report: any, exitCode: number | null) => Counts}
 */
export function countPlaywright(report, exitCode) {
  if (!report) return oneFailure('playwright left no report');
  const { expected, unexpected, flaky, skipped } = report.stats;
  const remarks = [
    ...report.errors.map((error) => `playwright: ${error.message ?? 'error outside of a test'}`),
    ...(skipped > 0 ? [`${skipped} skipped or not run by playwright`] : []),
  ];
  return withExitCode({ passed: expected, failed: unexpected + flaky + report.errors.length, remarks }, 'playwright', exitCode);
}

/**
 * @type {(all: readonly Counts[]) => Counts}
 */
export const sum = (all) => ({
  passed: all.reduce((total, { passed }) => total + passed, 0),
  failed: all.reduce((total, { failed }) => total + failed, 0),
  remarks: all.flatMap(({ remarks }) => remarks),
});
