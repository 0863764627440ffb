/**
 * `npm test`: everything that can be checked, in an order in which the first failure is the most telling one.
 *
 * Owns: the order, and which steps cannot run without an earlier one. The last line is `N passed, N failed`; the exit code is 0
 * only when nothing failed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countPlaywright, countStep, countVitest, sum } from './counts.mjs';
import { runCommand } from './run-command.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);
const reports = mkdtempSync(join(tmpdir(), 'tabcached-tests-'));
const tool = (/** @type {string[]} */ ...path) => join(root, 'node_modules', ...path);
const minuteMs = 60_000;
/** Only what hangs is stopped: a runner is done within ten minutes on two cores, and may take several times that where others use them. */
const runnerLimitMs = 30 * minuteMs;

/** Announces a step and how it went. */
async function step(/** @type {string} */ name, /** @type {() => Promise<number | null>} */ run) {
  const startedAt = Date.now();
  process.stdout.write(`\n--- ${name}\n`);
  const exitCode = await run();
  process.stdout.write(`--- ${name}: ${exitCode === 0 ? 'ok' : 'FAILED'} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)\n`);
  return exitCode;
}

/** A tool whose output matters only when it fails. */
const quiet = (/** @type {string} */ name, /** @type {string} */ command, /** @type {string[]} */ ...args) =>
  step(name, () => runCommand(command, args, { show: 'on-failure', limitMs: 5 * minuteMs }));

/** A test runner, which leaves a JSON report. */
async function runner(/** @type {string} */ name, /** @type {string[]} */ args, /** @type {string} */ file, /** @type {Record<string, string>} */ env = {}) {
  const exitCode = await step(name, () => runCommand(process.execPath, args, { show: 'always', limitMs: runnerLimitMs, env }));
  try {
    return { exitCode, report: JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    return { exitCode, report: null };
  }
}

const counts = [];
counts.push(countStep('type check', await quiet('type check', process.execPath, tool('typescript', 'bin', 'tsc'), '-b')));
counts.push(countStep('lint', await quiet('lint', process.execPath, tool('oxlint', 'bin', 'oxlint'))));
const packageBuild = await quiet('build of the package', 'npm', 'run', '--silent', 'build:package');
counts.push(countStep('build of the package', packageBuild));
const deskBuild = packageBuild === 0 ? await quiet('build of the desk', 'npm', 'run', '--silent', 'build:e2e') : null;
counts.push(countStep('build of the desk', deskBuild));

const unitFile = join(reports, 'vitest.json');
const unit = await runner(
  'unit, property and contract tests',
  [tool('vitest', 'vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitFile}`],
  unitFile,
);
counts.push(countVitest(unit.report, unit.exitCode));

if (deskBuild === 0) {
  const browserFile = join(reports, 'playwright.json');
  const browser = await runner('browser tests', [tool('@playwright', 'test', 'cli.js'), 'test', '--reporter=list,json'], browserFile, {
    PLAYWRIGHT_JSON_OUTPUT_FILE: browserFile,
  });
  counts.push(countPlaywright(browser.report, browser.exitCode));
} else {
  counts.push(countStep('browser tests, which need the build,', null));
}

rmSync(reports, { recursive: true, force: true });
const { passed, failed, remarks } = sum(counts);
if (remarks.length > 0) process.stdout.write(`\n${remarks.join('\n')}\n`);
process.exitCode = failed === 0 ? 0 : 1;
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
