/** `npm start`: builds everything, then starts the server with the arguments it was given. `--no-build` uses what was built before. */
import { spawn, spawnSync } from 'node:child_process';

const args = process.argv.slice(2);

if (!args.includes('--no-build')) {
  console.log('Building …');
  // `npm` is a script on Windows, so it needs the shell there.
  const build = spawnSync('npm', ['run', '--silent', 'build'], { encoding: 'utf8', shell: process.platform === 'win32' });
  if (build.status !== 0) {
    // What it says is of interest only when it fails.
    process.stderr.write(`${build.stdout ?? ''}${build.stderr ?? ''}${build.error ? String(build.error) : ''}`);
    process.exit(build.status ?? 1);
  }
}

const server = spawn(process.execPath, ['dist/e2e/backend.js', ...args.filter((arg) => arg !== '--no-build')], { stdio: 'inherit' });
// A terminal sends Ctrl-C to both, other senders to this process only; the server takes the second one for the first.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
server.on('exit', (code) => process.exit(code ?? 1));
