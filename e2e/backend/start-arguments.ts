/** The arguments of `npm start`. */
import { parseArgs } from 'node:util';
import { StartFailure } from './start-failure.ts';

const USAGE = 'npm start -- [--port 4173] [--data .data] [--import FILE] [--database-url URL] [--no-build]';

/** How to start. */
export interface StartOptions {
  readonly port: number;
  /** Folder of the embedded database. */
  readonly data: string;
  /** File of conversations. */
  readonly import: string | undefined;
  readonly databaseUrl: string | undefined;
  /** Folder of the built desk. */
  readonly static: string;
}

/** Reads arguments. Throws {@link StartFailure} with one sentence for what it does not understand. */
export function readArguments(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): StartOptions {
  const values = parsed(args);
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) throw new StartFailure(`--port ${values.port} is not a port.`);
  const databaseUrl = values['database-url'] ?? environment['DATABASE_URL'] ?? '';
  if (databaseUrl !== '' && !/^postgres(ql)?:\/\/./.test(databaseUrl)) throw new StartFailure('The database URL must begin with postgres:// or postgresql://.');
  return {
    port: Number(values.port),
    data: values.data,
    import: values.import,
    databaseUrl: databaseUrl === '' ? undefined : databaseUrl,
    static: values.static,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '4173' },
        data: { type: 'string', default: '.data' },
        import: { type: 'string' },
        'database-url': { type: 'string' },
        static: { type: 'string', default: 'dist/desk' },
      },
    }).values;
  } catch (error) {
    throw new StartFailure(`${(error as Error).message}\nUsage: ${USAGE}`);
  }
}
