import { afterEach, describe, expect, test, vi } from 'vitest';
import { createPackagedWorker, joinWorker } from './create-worker.ts';
import { extendsLifetime } from './extended-lifetime.ts';
import { openBrowser } from './testing/tab.ts';

afterEach(() => void vi.unstubAllGlobals());

describe('T-1 #39 a daemon that goes on after its last tab', () => {
  test('is asked for by every tab of every build alike, whichever way it comes to its worker', () => {
    const asked: unknown[] = [];
    vi.stubGlobal('SharedWorker', class {
      constructor(_: URL | string, options: object) {
        asked.push(options);
      }
    });
    createPackagedWorker('n');
    joinWorker('n', 'https://desk.example/worker.js');
    expect(asked).toEqual([{ type: 'module', name: 'n', extendedLifetime: true }, { type: 'module', name: 'n', extendedLifetime: true }]);
  });

  test('is detected by whether the browser reads the option, without a worker being started', () => {
    const reads = class {
      constructor(url: string, { extendedLifetime }: { extendedLifetime?: boolean }) {
        new URL(url);
        throw new Error(`a worker was started: ${extendedLifetime}`);
      }
    };
    const ignores = class {
      constructor(url: string) {
        new URL(url);
      }
    };
    const old = class {};
    expect([reads, ignores, old].map((Constructor) => extendsLifetime(Constructor as never))).toEqual([true, false, false]);
  });

  test('is no condition: without it, or without shared workers, a tab connects and says so', async () => {
    expect(extendsLifetime()).toBe(false);
    const browser = openBrowser();
    const client = await browser.tab().connect();
    expect(client.outlivesTabs).toBe(false);
    browser.close();
  });
});
