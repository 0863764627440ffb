import { describe, expect, test } from 'vitest';
import { hueOf, initialsOf, nameOf } from './person-text.ts';

describe('people', () => {
  test('a name falls back to the username, and to the system', () => {
    expect(nameOf({ id: '1', username: 'ada', fullName: 'Ada Lovelace' })).toBe('Ada Lovelace');
    expect(nameOf({ id: '1', username: 'ada', fullName: ' ' })).toBe('ada');
    expect(nameOf(null)).toBe('System');
  });

  test.each([
    ['Ada Lovelace', 'AL'],
    ['ada', 'A'],
    ['Jean-Luc Marie Picard', 'JP'],
    ['😀 smile', '😀S'],
    ['', '?'],
  ])('initials of %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });

  test('a hue is one of eight and stays', () => {
    for (const id of ['', 'a', 'c0ffee', '8c7e2a40-9d1f-4a51-8f3e-6b1f6b0a2d11']) {
      expect(hueOf(id)).toBe(hueOf(id));
      expect(hueOf(id)).toBeGreaterThanOrEqual(0);
      expect(hueOf(id)).toBeLessThan(8);
    }
  });
});
