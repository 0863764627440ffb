/** Firefox, found or installed. Owns: the places that are looked at, and the one way to install it without asking somebody. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackages } from '../fixtures/install-browser.ts';

/** Path of `firefox-esr` or `firefox`, or what `TABCACHED_FIREFOX` names. Installed where a package manager can do that by itself. Throws otherwise. */
export function findOrInstallFirefox(): string {
  const found = findFirefox() ?? (installPackages('firefox-esr') ? findFirefox() : null);
  if (!found) throw new Error('These tests need Firefox, and it could be neither found nor installed. Set TABCACHED_FIREFOX to the path of one.');
  return found;
}

function findFirefox(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = [process.env['TABCACHED_FIREFOX'] ?? '', ...folders.flatMap((folder) => ['firefox-esr', 'firefox'].map((name) => join(folder, name)))];
  return places.find((path) => path !== '' && existsSync(path)) ?? null;
}
