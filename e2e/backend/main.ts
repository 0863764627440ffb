/**
 * `npm start`: the desk and the reference server on one port. Only file of the server that reads arguments and the clock.
 *
 * Whatever keeps it from starting is told in one sentence, with exit code 1.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { importConversations } from './import.ts';
import { openDatabase } from './index.ts';
import { listPeople } from './people.ts';
import { seed } from './seed.ts';
import { createServer } from './server.ts';

const usage = `npm start -- [--port 4173] [--data .data] [--import FILE] [--database-url URL]`;

class StartFailure extends Error {}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '4173' },
        data: { type: 'string', default: '.data' },
        import: { type: 'string' },
        'database-url': { type: 'string', default: process.env['DATABASE_URL'] ?? '' },
        static: { type: 'string', default: 'dist/desk' },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new StartFailure(`--port ${values.port} is not a port.`);
    if (values.import !== undefined && !existsSync(values.import)) throw new StartFailure(`There is no file ${values.import} to import.`);
    return { ...values, port, databaseUrl: values['database-url'] === '' ? undefined : values['database-url'] };
  } catch (error) {
    throw error instanceof StartFailure ? error : new StartFailure(`${(error as Error).message}\n${usage}`);
  }
}

async function start(): Promise<void> {
  const options = readArguments();
  const database = await openDatabase(options).catch((error: unknown) => {
    const reason = (error as { code?: string; message?: string }).code ?? (error as Error).message;
    const where = options.databaseUrl === undefined ? `The folder ${options.data} cannot be used for the database` : 'The database cannot be reached';
    throw new StartFailure(`${where} (${reason}). Nothing was changed.`);
  });
  const close = async (): Promise<void> => database.close();
  try {
    if (options.import !== undefined) {
      const { imported, known, skipped } = await importConversations(database, options.import, Date.now());
      for (const { line, reason } of skipped) console.error(`${options.import}:${line}: skipped: ${reason}`);
      console.log(`${imported} conversations imported, ${known} were there already, ${skipped.length} lines skipped.`);
    } else {
      const seeded = await seed(database, Date.now());
      if (seeded > 0) console.log(`${seeded} tickets generated.`);
    }
    const server = await createServer({ database, port: options.port, staticDir: options.static }).catch((error: unknown) => {
      const { code } = error as { code?: string };
      throw new StartFailure(code === 'EADDRINUSE' ? `Port ${options.port} is in use; choose another with --port.` : `Cannot listen on port ${options.port} (${code}).`);
    });
    console.log('\nThe support desk is running. Open it in as many tabs as you like (no passwords: this server is for development):\n');
    for (const person of await listPeople(database)) console.log(`  ${server.url}/?as=${person.username}  ${person.isTechnician ? 'technician' : 'requester'}  ${person.fullName ?? ''}`);
    console.log('\nCtrl-C stops it.');
    const stop = (): void => void server.close().then(close).then(() => process.exit(0));
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  } catch (error) {
    await close();
    throw error;
  }
}

start().catch((error: unknown) => {
  console.error(error instanceof StartFailure ? error.message : error);
  process.exitCode = 1;
});
