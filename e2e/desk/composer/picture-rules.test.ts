import { expect, test } from 'vitest';
import { choosePicture, pictureProblem, storedName } from './picture-rules.ts';

const file = (name: string, type = 'image/png', size = 10) => ({ name, type, size });

test('pictures that cannot run as a page can be sent, others are refused with the reason', () => {
  expect(pictureProblem(file('a.png'))).toBeNull();
  expect(pictureProblem(file('a.svg', 'image/svg+xml'))).toContain('not a picture that can be sent');
  expect(pictureProblem(file('a.exe', ''))).toContain('“a.exe”');
  expect(pictureProblem(file('a.png', 'image/png', 0))).toContain('empty');
  expect(pictureProblem(file('a.png', 'image/png', 25 * 1024 * 1024 + 1))).toContain('26.2 MB');
});

test('the first picture among several files is taken', () => {
  expect(choosePicture([file('a.txt', 'text/plain'), file('b.png'), file('c.png')])?.name).toBe('b.png');
  expect(choosePicture([file('a.txt', 'text/plain')])?.name).toBe('a.txt');
  expect(choosePicture([])).toBeNull();
});

test('#83 names are unique, recognisable, and one segment of a path', () => {
  expect(storedName(file('Error dialog.PNG'), 'x1')).toBe('Error dialog-x1.png');
  expect(storedName(file('C:\\temp\\shot.png'), 'x1')).toBe('C: temp shot-x1.png');
  expect(storedName(file('image', 'image/webp'), 'x1')).toBe('image-x1.webp');
  expect(storedName(file('.png'), 'x1')).toBe('picture-x1.png');
  expect(storedName(file(`${'ü'.repeat(300)}.png`), 'x1')).toHaveLength(80 + 7);
  for (const name of ['../../x.png', 'a\\b.png', 'a\u0000b.png', 'a\nb.png', '..png', '\uD800.png']) {
    expect(storedName(file(name), 'x1')).toMatch(/^(?!\.)[^/\\\p{Cc}\p{Surrogate}]+-x1\.png$/u);
  }
});
