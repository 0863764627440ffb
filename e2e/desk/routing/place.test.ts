import { describe, expect, test } from 'vitest';
import { parsePlace, placeHref } from './place.ts';

describe('places', () => {
  test('an address and its place are two forms of one thing', () => {
    for (const place of [
      { as: null, ticket: null },
      { as: 'ada', ticket: null },
      { as: 'ada & co', ticket: '8c7e2a40-9d1f-4a51-8f3e-6b1f6b0a2d11' },
    ]) {
      expect(parsePlace(placeHref(place).slice(1))).toEqual(place);
    }
  });

  test('empty values are no values', () => {
    expect(parsePlace('?as=&ticket=')).toEqual({ as: null, ticket: null });
  });
});
