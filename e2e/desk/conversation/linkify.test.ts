import { describe, expect, test } from 'vitest';
import { linkify } from './linkify.ts';

const links = (text: string): (string | null)[] => linkify(text).flatMap((part) => part.href ?? []);

describe('links in text', () => {
  test.each([
    ['nothing here', []],
    ['see https://example.org/a?b=c#d.', ['https://example.org/a?b=c#d']],
    ['(https://example.org/x)', ['https://example.org/x']],
    ['https://example.org/wiki/Cache_(computing)', ['https://example.org/wiki/Cache_(computing)']],
    ['http://a.example, https://b.example!', ['http://a.example', 'https://b.example']],
    ['javascript:alert(1) data:text/html,x ftp://x', []],
    ['<a href="https://example.org">x</a>', ['https://example.org']],
    ['https://', []],
  ])('%s', (text, expected) => {
    expect(links(text)).toEqual(expected);
  });

  test('the parts are the text, whatever it is', () => {
    for (const text of ['', 'plain', 'a https://x.example b http://y.example.', 'https://https://', '\n https://x.example\n']) {
      expect(linkify(text).map((part) => part.text).join('')).toBe(text);
    }
  });
});
