import { expect, test } from 'vitest';
import { readArguments } from './observe-arguments.ts';

test('a name is enough', () => {
  expect(readArguments(['--as', 'mia'])).toEqual({ username: 'mia', url: 'http://127.0.0.1:4173', ticket: null, kinds: null, count: null });
});

test('everything can be chosen', () => {
  expect(readArguments(['--as', 'mia', '--url', 'http://127.0.0.1:4200/', '--ticket', 't', '--kinds', 'messages,outbox', '--count', '3'])).toEqual({
    username: 'mia',
    url: 'http://127.0.0.1:4200',
    ticket: 't',
    kinds: ['messages', 'outbox'],
    count: 3,
  });
});

test.each([[[]], [['--as', 'mia', '--count', 'x']], [['--as', 'mia', '--url', 'nowhere']], [['--who', 'mia']]])('what is wrong is said: %j', (args) => {
  expect(readArguments(args)).toEqual({ wrong: expect.any(String) });
});
