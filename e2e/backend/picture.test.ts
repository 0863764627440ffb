import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { drawPicture } from './picture.ts';

test('a picture is a PNG of the wanted size, always the same', () => {
  const png = drawPicture(3, 64, 48);
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([64, 48]);
  const length = png.readUInt32BE(33);
  expect(png.subarray(37, 41).toString('latin1')).toBe('IDAT');
  expect(inflateSync(png.subarray(41, 41 + length))).toHaveLength(48 * (1 + 64 * 3));
  expect(drawPicture(3, 64, 48).equals(png)).toBe(true);
  expect(drawPicture(4, 64, 48).equals(png)).toBe(false);
});
