/** What can be known to be wrong before the database is opened, which takes seconds. */
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { StartOptions } from './start-arguments.ts';
import { importFailure, portFailure } from './start-failure.ts';

const listenOnce = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });

/** Throws a `StartFailure` when the port is taken or the file to import is none. */
export async function checkStart({ port, import: file }: Pick<StartOptions, 'port' | 'import'>): Promise<void> {
  await listenOnce(port).catch((error: unknown) => {
    throw portFailure(port, error);
  });
  if (file === undefined) return;
  const found = await stat(file).catch((error: unknown) => {
    throw importFailure(file, error);
  });
  if (!found.isFile()) throw importFailure(file, new Error('it is no file'));
}
