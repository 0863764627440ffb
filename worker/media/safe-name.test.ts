import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { originalName, OWN_ENDINGS, safeName, SAFE_NAME_MAX } from './safe-name.ts';

const digest = (text: string): string => createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('hex');
const safe = (name: string): string => safeName(name, digest);

/** Names as servers and attackers choose them, and any text of UTF-16 code units. */
const pieces = fc.constantFrom('..', '.', '/', '\\', ' ', 'con', 'CON', 'nul', 'a', 'A', 'ä', 'a\u0308', 'ß', 'İ', '%', '!', '~', ':', '\0', '\n', '\u202e', '\ud800', '.thumb', '.part', '%2e', '!a', '😀');
const anyName = fc.oneof(
  fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 100 }).map((units) => String.fromCharCode(...units)),
  fc.string({ minLength: 150, maxLength: 400 }),
);
/** What a file system may take for the same: case ignored, Unicode normalised, dots and spaces at the end dropped. */
const asFileSystemsCompare = (name: string): string => name.normalize('NFKC').toLowerCase().toUpperCase().replace(/[. ]+$/, '');

describe('#83 names of files', () => {
  test('#83 the names that were told to be trouble', () => {
    expect(safe('scan.pdf')).toBe('scan.pdf');
    expect(safe('Scan.pdf')).toBe('!scan.pdf');
    expect(safe('../../x')).toBe('%2e.%2f..%2fx');
    expect(safe('..')).toBe('%2e%2e');
    expect(safe('CON.txt')).toBe('!c!o!n.txt');
    expect(safe('con.txt')).toBe('%63on.txt');
    expect(safe('console.txt')).toBe('console.txt');
    expect(safe('a.')).toBe('a%2e');
    expect(safe('a ')).toBe('a%20');
    expect(safe('x.thumb')).toBe('x%2ethumb');
    expect(safe('x.THUMB')).toBe('x.!t!h!u!m!b');
    expect(safe('C:\\Windows')).toBe('!c%3a%5c!windows');
    expect(safe('')).toBe('%');
    expect(safe('ä\u0000\u20ac')).toBe('%e4%00%u20ac');
  });

  test('#83 a name of 300 bytes is cut, and stays apart from one that differs in its last letter', () => {
    const [one, other] = [safe(`${'x'.repeat(299)}1`), safe(`${'x'.repeat(299)}2`)];
    expect(one).toHaveLength(SAFE_NAME_MAX);
    expect(other).toHaveLength(SAFE_NAME_MAX);
    expect(one).not.toBe(other);
    expect(one).toMatch(/^x+~[0-9a-f]{32}$/);
  });

  test('#83 no name leaves its folder, is a device, ends like a file of ours, or is too long', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const made = safe(name);
        expect(made).toMatch(/^[a-z0-9 ._()+,=@%!~-]+$/);
        expect(made).not.toMatch(/^[. ]|[. ]$/);
        expect(made).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d) *(\.|$)/);
        expect(OWN_ENDINGS.some((ending) => made.endsWith(ending))).toBe(false);
        expect(made.length).toBeLessThanOrEqual(SAFE_NAME_MAX);
      }),
      { numRuns: 2_000 },
    );
  });

  test('#83 two names are never one file, whatever a file system takes for the same', () => {
    fc.assert(
      fc.property(anyName, anyName, (one, other) => {
        fc.pre(one !== other);
        expect(asFileSystemsCompare(safe(one))).not.toBe(asFileSystemsCompare(safe(other)));
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(anyName, (name) => {
        for (const other of [name.toLowerCase(), name.toUpperCase(), name.normalize('NFC'), name.normalize('NFD'), `${name}.`, `${name} `, safe(name)]) {
          if (other !== name) expect(asFileSystemsCompare(safe(other))).not.toBe(asFileSystemsCompare(safe(name)));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('#83 the original name can be read from a name that was not cut; what is no name of ours is none', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const made = safe(name);
        expect(originalName(made)).toBe(made.includes('~') ? null : name);
      }),
      { numRuns: 2_000 },
    );
    for (const foreign of ['Scan.pdf', 'a.', 'con.txt', 'x.thumb', '%41', '%2', '!', '%zz', 'a~', '..']) expect(originalName(foreign)).toBe(null);
  });
});
