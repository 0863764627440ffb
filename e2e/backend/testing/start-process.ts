/** `npm start` without its build: the bundled server in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

/** A bundled server. */
export interface BuiltServer {
  start(args: readonly string[], environment?: Readonly<Record<string, string>>): StartedProcess;
  /** Ends what still runs, and removes the bundle. */
  remove(): void;
}

/** One process. */
interface StartedProcess {
  readonly pid: number;
  /** Origin, once the addresses are printed. Rejects with the output when the process ends before. */
  readonly ready: Promise<string>;
  /** How it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  output(): string;
  kill(signal: NodeJS.Signals): void;
}

function follow(child: ChildProcess): StartedProcess {
  let output = '';
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  const ready = new Promise<string>((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      output += String(chunk);
      const origin = /(http:\/\/\S+)\/\?as=/.exec(output)?.[1];
      // The last line, so that everything before it has been printed.
      if (origin !== undefined && output.includes('Ctrl-C')) resolve(origin);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    void ended.then(() => reject(new Error(`It ended: ${output}`)));
  });
  ready.catch(() => undefined);
  return { pid: child.pid ?? 0, ready, ended, output: () => output, kill: (signal) => void child.kill(signal) };
}

/** Bundles the server as the build does, into a folder of its own below `dist`, from where it finds its packages. */
export async function buildServer(): Promise<BuiltServer> {
  mkdirSync('dist', { recursive: true });
  const folder = mkdtempSync('dist/start-test-');
  await build({
    input: { backend: 'e2e/backend/main.ts' },
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
    output: { dir: folder, format: 'esm' },
    logLevel: 'silent',
  });
  const children: ChildProcess[] = [];
  return {
    start: (args, environment = {}) => {
      const { DATABASE_URL: _none, ...rest } = process.env;
      const child = spawn(process.execPath, [join(folder, 'backend.js'), ...args], { env: { ...rest, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
      children.push(child);
      return follow(child);
    },
    remove: () => {
      for (const child of children) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
