/**
 * `npm start`: the desk and the reference server on one port. Only file of the server that reads arguments and signals.
 *
 * Whatever keeps it from starting is told in one sentence, with exit code 1.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './database.ts';
import { importConversations } from './import.ts';
import { openDatabase } from './index.ts';
import { listPeople } from './people.ts';
import { seed } from './seed.ts';
import { createServer, type RunningServer } from './server.ts';
import { readArguments, type StartOptions } from './start-arguments.ts';
import { checkStart } from './start-checks.ts';
import { databaseFailure, folderFailure, importFailure, portFailure, StartFailure } from './start-failure.ts';

/** Longest time for closing, after which the process ends all the same. */
const CLOSE_MS = 10_000;

async function fill(database: Database, file: string | undefined): Promise<void> {
  if (file === undefined) {
    const seeded = await seed(database, Date.now());
    if (seeded > 0) console.log(`${seeded} tickets generated.`);
    return;
  }
  const { imported, known, skipped } = await importConversations(database, file, Date.now()).catch((error: unknown) => {
    throw importFailure(file, error);
  });
  for (const { line, reason } of skipped) console.error(`${file}:${line}: skipped: ${reason}`);
  console.log(`${imported} conversations imported, ${known} were there already, ${skipped.length} lines skipped.`);
}

async function greet(database: Database, server: RunningServer, options: StartOptions): Promise<void> {
  const people = await listPeople(database);
  const width = Math.max(...people.map(({ username }) => username.length));
  const line = ({ username, fullName }: (typeof people)[number]): string => `    ${server.url}/?as=${username.padEnd(width)}  ${fullName ?? ''}`.trimEnd();
  console.log(
    [
      '',
      'The support desk is running. Open it in as many tabs as you like:',
      '',
      '  Technicians, who see every ticket',
      ...people.filter(({ isTechnician }) => isTechnician).map(line),
      '',
      '  Requesters, who see their own',
      ...people.filter(({ isTechnician }) => !isTechnician).map(line),
      '',
      'Anybody may sign in as anybody, without a password: this server is for development.',
      `Data: ${options.databaseUrl === undefined ? options.data : 'PostgreSQL'}.  Metrics: ${server.url}/metrics  Ctrl-C stops it.`,
    ].join('\n'),
  );
  if (!existsSync(join(options.static, 'index.html'))) console.error(`\nThe desk is not built: there is no ${options.static}/index.html. Run npm run build.`);
}

/** Closes at the first signal. Ctrl-C reaches a process twice when `npm` passes it on, so a second one changes nothing. */
function closeOnSignals(close: () => Promise<void>): void {
  let closing = false;
  const stop = (): void => {
    if (closing) return;
    closing = true;
    setTimeout(() => process.exit(1), CLOSE_MS).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

async function start(): Promise<void> {
  const options = readArguments(process.argv.slice(2), process.env);
  await checkStart(options);
  let server: RunningServer | undefined;
  const database = await openDatabase(options).catch((error: unknown) => {
    throw options.databaseUrl === undefined ? folderFailure(options.data, error) : databaseFailure(error);
  });
  const close = async (): Promise<void> => {
    await server?.close();
    await database.close();
  };
  closeOnSignals(close);
  try {
    await fill(database, options.import);
    server = await createServer({ database, port: options.port, staticDir: options.static }).catch((error: unknown) => {
      throw portFailure(options.port, error);
    });
    await greet(database, server, options);
  } catch (error) {
    await close();
    throw error;
  }
}

start().catch((error: unknown) => {
  console.error(error instanceof StartFailure ? error.message : error);
  process.exit(1);
});
