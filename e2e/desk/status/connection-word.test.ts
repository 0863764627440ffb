import { describe, expect, test } from 'vitest';
import { connectionWord } from './connection-word.ts';

describe('connection', () => {
  test.each([
    [true, false, 'live', 'Live'],
    [true, false, 'syncing', 'Syncing'],
    [true, false, 'offline', 'Offline'],
    [false, false, 'live', 'Offline'],
    [false, false, 'syncing', 'Offline'],
    [false, true, 'offline', 'Read only'],
  ] as const)('connected %s, degraded %s, link %s: %s', (connected, degraded, link, word) => {
    expect(connectionWord({ connected, degraded, link })).toBe(word);
  });
});
