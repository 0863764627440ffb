import { describe, expect, test } from 'vitest';
import { connectionWord } from './connection-word.ts';

describe('connection', () => {
  test.each([
    [true, 'live', 'Live'],
    [true, 'syncing', 'Syncing'],
    [true, 'offline', 'Offline'],
    [false, 'live', 'Offline'],
    [false, 'syncing', 'Offline'],
  ] as const)('connected %s, link %s: %s', (connected, link, word) => {
    expect(connectionWord({ connected, link })).toBe(word);
  });
});
