import { describe, expect, test } from 'vitest';
import { parsePlace, placeHref } from './place.ts';

describe('places', () => {
  test('an address and its place are two forms of one thing', () => {
    for (const place of [
      { as: null, ticket: null, page: null },
      { as: 'ada', ticket: null, page: null },
      { as: 'ada', ticket: null, page: 'inspector' as const },
      { as: 'ada & co', ticket: '8c7e2a40-9d1f-4a51-8f3e-6b1f6b0a2d11', page: 'settings' as const },
    ]) {
      expect(parsePlace(placeHref(place).slice(1))).toEqual(place);
    }
  });

  test('empty values are no values', () => {
    expect(parsePlace('?as=&ticket=&page=')).toEqual({ as: null, ticket: null, page: null });
    expect(parsePlace('?as=ada&page=nowhere')).toEqual({ as: 'ada', ticket: null, page: null });
  });
});
