/**
 * What keeps the server from starting, in one sentence for whoever started it.
 *
 * Owns: turning errors of the system and of drivers into such sentences. A database URL, which may hold a password, is never part of one.
 */
import { FolderInUse } from './data-lock.ts';

/** Message is all there is to tell; the process ends with exit code 1. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

/** Why something failed: message or code, whichever says something. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  // Of several addresses tried in vain, Node tells the code only.
  return typeof message === 'string' && message !== '' ? (message.split('\n')[0] ?? message) : String(code ?? error);
}

/** The embedded database could not be opened. */
export const folderFailure = (folder: string, error: unknown): StartFailure =>
  new StartFailure(error instanceof FolderInUse ? error.message : `The folder ${folder} cannot be used for the database (${reasonOf(error)}); choose another with --data.`);

/** PostgreSQL could not be opened. */
export const databaseFailure = (error: unknown): StartFailure => new StartFailure(`The database cannot be reached (${reasonOf(error)}).`);

/** The file of conversations could not be read. */
export const importFailure = (file: string, error: unknown): StartFailure =>
  new StartFailure(
    (error as { code?: unknown }).code === 'ENOENT' ? `There is no file ${file} to import.` : `The file ${file} cannot be imported (${reasonOf(error)}).`,
  );

/** The port could not be had. */
export const portFailure = (port: number, error: unknown): StartFailure =>
  new StartFailure(
    (error as { code?: unknown }).code === 'EADDRINUSE' ? `Port ${port} is in use; choose another with --port.` : `Cannot listen on port ${port} (${reasonOf(error)}).`,
  );
