/**
 * A WebKitGTK browser, spoken to by plain WebDriver requests (W3C WebDriver, https://www.w3.org/TR/webdriver2/).
 *
 * Owns: the virtual display, the driver's process and the session. Playwright cannot drive this browser.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { installPackages } from '../fixtures/install-browser.ts';

/** A tab, by its window handle. */
export interface WebKitTab {
  readonly handle: string;
  /** Value of a function body that is run in the page; promises are awaited. */
  run<T>(body: string, ...args: readonly unknown[]): Promise<T>;
}

/** The browser. */
export interface WebKitBrowser {
  readonly version: string;
  open(url: string): Promise<WebKitTab>;
  close(): Promise<void>;
}

/** The browser beside WebKit's library, where distributions put it: `/usr/lib/<machine>/webkit2gtk-<version>/MiniBrowser`. */
function findMiniBrowser(): string | undefined {
  const below = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}`) : []);
  const libraries = below('/usr/lib').filter((folder) => folder.endsWith('-linux-gnu'));
  const webkits = libraries.flatMap((folder) => below(folder)).filter((folder) => folder.includes('/webkit2gtk-4'));
  return webkits.map((folder) => `${folder}/MiniBrowser`).find((path) => existsSync(path));
}

/** Path of WebKitGTK's small browser; installed with its driver and a virtual display when missing. Throws when that is not possible. */
function findOrInstall(): string {
  const isThere = (): string | undefined => (onPath('WebKitWebDriver') && onPath('Xvfb') ? findMiniBrowser() : undefined);
  const found = isThere() ?? (installPackages('webkit2gtk-driver', 'xvfb') ? isThere() : undefined);
  if (!found) throw new Error('These tests need WebKitWebDriver, MiniBrowser and Xvfb, and they could be neither found nor installed.');
  return found;
}

const onPath = (name: string): boolean => spawnSync('which', [name]).status === 0;

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Repeats until the condition holds. */
async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const endsAt = Date.now() + 20_000; Date.now() < endsAt; ) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not start.`);
}

/** Starts the browser on a display of its own. */
export async function startWebKit(): Promise<WebKitBrowser> {
  const binary = findOrInstall();
  const started: ChildProcess[] = [];
  const start = (command: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess => {
    const child = spawn(command, args, { stdio: 'ignore', env });
    started.push(child);
    return child;
  };
  const display = `:${(await freePort()) % 10_000}`;
  start('Xvfb', [display, '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], process.env);
  await until(() => existsSync(`/tmp/.X11-unix/X${display.slice(1)}`), 'Xvfb');
  const port = await freePort();
  // Root has no sandbox to put web processes in.
  const env = { ...process.env, DISPLAY: display, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1' };
  start('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], env);

  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const init: RequestInit = { method, ...(method === 'POST' ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) } : {}) };
    const answer = (await (await fetch(`http://127.0.0.1:${port}${path}`, init)).json()) as { value: T & { error?: string; message?: string } };
    if (answer.value?.error) throw new Error(`${path}: ${answer.value.error}: ${answer.value.message}`);
    return answer.value;
  };
  await until(() => ask('GET', '/status').then(() => true, () => false), 'WebKitWebDriver');
  const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary, args: ['--automation'] } } };
  const { sessionId, capabilities: given } = await ask<{ sessionId: string; capabilities: { browserVersion: string } }>('POST', '/session', { capabilities });
  const session = `/session/${sessionId}`;
  await ask('POST', `${session}/timeouts`, { script: 30_000 });

  let opened = 0;
  return {
    version: given.browserVersion,
    open: async (url) => {
      const handle = opened++ === 0 ? await ask<string>('GET', `${session}/window`) : (await ask<{ handle: string }>('POST', `${session}/window/new`, { type: 'tab' })).handle;
      await ask('POST', `${session}/window`, { handle });
      await ask('POST', `${session}/url`, { url });
      return {
        handle,
        run: async <T>(body: string, ...args: readonly unknown[]) => {
          await ask('POST', `${session}/window`, { handle });
          const script = `const done = arguments[arguments.length - 1]; (async (...args) => { ${body} })(...[...arguments].slice(0, -1)).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
          const answer = await ask<{ value?: T; error?: string }>('POST', `${session}/execute/async`, { script, args });
          if (answer.error !== undefined) throw new Error(answer.error);
          return answer.value as T;
        },
      };
    },
    close: async () => {
      await ask('DELETE', session).catch(() => undefined);
      for (const child of started.reverse()) child.kill();
    },
  };
}
