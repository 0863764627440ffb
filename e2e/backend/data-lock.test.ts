import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, expect, test } from 'vitest';
import { FolderInUse, lockFolder } from './data-lock.ts';
import { tempFolder } from './testing/temp-folder.ts';

const folder = tempFolder();
const file = `${folder.path}/tabcached.lock`;
afterAll(() => folder.remove());

test('a folder is locked once, and again after the undo, which is idempotent', () => {
  const unlock = lockFolder(folder.path);
  expect(readFileSync(file, 'utf8')).toBe(`${process.pid}\n`);
  expect(() => lockFolder(folder.path)).toThrow(FolderInUse);
  unlock();
  unlock();
  expect(existsSync(file)).toBe(false);
  lockFolder(folder.path)();
});

test('a lock of a process that runs is respected and named; of one that has ended it is taken over', async () => {
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  folder.write('tabcached.lock', `${other.pid}\n`);
  expect(() => lockFolder(folder.path)).toThrow(`in use by process ${other.pid}`);
  other.stdin.end();
  await once(other, 'exit');
  const unlock = lockFolder(folder.path);
  expect(readFileSync(file, 'utf8')).toBe(`${process.pid}\n`);
  unlock();
  expect(readdirSync(folder.path)).toEqual([]);
});

test.each(['', 'nonsense', `${process.pid}\n`, '-1'])('a leftover that says %j is taken over', (text) => {
  folder.write('tabcached.lock', text);
  lockFolder(folder.path)();
  expect(readdirSync(folder.path)).toEqual([]);
});

test('a folder that cannot be written is the error of the system', () => {
  expect(() => lockFolder(folder.write('a-file', ''))).toThrow('ENOTDIR');
});
