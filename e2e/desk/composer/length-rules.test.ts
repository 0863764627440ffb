import { describe, expect, test } from 'vitest';
import { isSendable, lengthText } from './length-rules.ts';

describe('length', () => {
  test('is not mentioned until the limit is near, and is clear beyond it', () => {
    expect(lengthText(9_500)).toBeNull();
    expect(lengthText(9_501)).toEqual({ text: '499 characters left', tooLong: false });
    expect(lengthText(10_000)).toEqual({ text: '0 characters left', tooLong: false });
    expect(lengthText(11_234)).toEqual({ text: '1,234 characters over the limit of 10,000', tooLong: true });
  });

  test('1 to 10,000 characters can be sent, but not white space alone', () => {
    expect(isSendable('')).toBe(false);
    expect(isSendable(' \n\t')).toBe(false);
    expect(isSendable('x')).toBe(true);
    expect(isSendable('x'.repeat(10_000))).toBe(true);
    expect(isSendable('x'.repeat(10_001))).toBe(false);
  });
});
