/** Runs the tools, one at a time. Owns the child process that is under way. */
import { spawn } from 'node:child_process';

/**
 * Runs a program to its end. `show`: `always` passes its output through as it comes, `on-failure` prints it afterwards if it ended badly.
 * Resolves with the exit code; null when it could not be started, was killed, or took longer than `limitMs`.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ show: 'always' | 'on-failure', limitMs: number, env?: Record<string, string> }} options
 * @returns {Promise<number | null>}
 */
export function runCommand(command, args, { show, limitMs, env = {} }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      // npm is a script on Windows, which only a shell can start.
      shell: process.platform === 'win32' && command === 'npm',
    });
    /** @type {Buffer[]} */
    const kept = [];
    const onOutput = (/** @type {Buffer} */ chunk) => {
      if (show === 'always') process.stdout.write(chunk);
      else kept.push(chunk);
    };
    child.stdout.on('data', onOutput);
    child.stderr.on('data', onOutput);
    const limit = setTimeout(() => {
      process.stdout.write(`Stopped after ${limitMs / 1000} s.\n`);
      child.kill('SIGKILL');
    }, limitMs);
    const end = (/** @type {number | null} */ exitCode) => {
      clearTimeout(limit);
      if (exitCode !== 0 && kept.length > 0) process.stdout.write(Buffer.concat(kept));
      resolve(exitCode);
    };
    child.on('error', (error) => {
      process.stdout.write(`${command} could not be started: ${error.message}\n`);
      end(null);
    });
    child.on('close', end);
  });
}
