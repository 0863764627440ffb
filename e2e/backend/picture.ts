/**
 * Pictures for the generated tickets: what a screenshot of a program with an error dialog looks like from afar, always the same for one number.
 *
 * Owns: drawing rectangles and packing them as PNG (RFC 2083: signature, IHDR, IDAT, IEND, filter 0). Pure.
 */
import { crc32, deflateSync } from 'node:zlib';

type Colour = readonly [red: number, green: number, blue: number];

const PAPER: Colour = [250, 250, 252];
const BAR: Colour = [226, 230, 236];
const INK: Colour = [172, 180, 192];
const SHADE: Colour = [206, 211, 220];
const ACCENTS: readonly Colour[] = [
  [176, 46, 46],
  [31, 95, 191],
  [10, 107, 94],
  [138, 90, 0],
  [109, 60, 160],
];

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, check]);
}

/** A PNG of `width` by `height` pixels. */
export function drawPicture(number: number, width: number, height: number): Buffer {
  const stride = 1 + width * 3;
  const pixels = Buffer.alloc(stride * height);
  const fill = (x: number, y: number, w: number, h: number, colour: Colour): void => {
    const left = Math.max(0, x);
    const line = Buffer.alloc(Math.max(0, Math.min(width, x + w) - left) * 3, Buffer.from(colour));
    for (let row = Math.max(0, y); row < Math.min(height, y + h); row += 1) line.copy(pixels, row * stride + 1 + left * 3);
  };
  const accent = ACCENTS[number % ACCENTS.length] as Colour;
  fill(0, 0, width, height, PAPER);
  fill(0, 0, width, 28, BAR);
  for (const [i, colour] of [accent, INK, INK].entries()) fill(12 + i * 20, 9, 10, 10, colour);
  const side = Math.floor(width / 4);
  fill(0, 28, side, height - 28, [238, 241, 245]);
  for (let y = 48, i = 0; y < height - 16; y += 24, i += 1) {
    fill(16, y, side - 40 - ((number * 31 + i * 17) % 50), 8, i === number % 6 ? accent : INK);
    fill(side + 24, y, Math.floor((width - side) * (0.45 + ((number * 13 + i * 29) % 40) / 100)), 8, SHADE);
  }
  // The dialog that the picture was taken for.
  const [w, h] = [Math.floor(width * 0.46), Math.floor(height * 0.4)];
  const [x, y] = [Math.floor((width - w) * 0.62), Math.floor((height - h) / 2)];
  fill(x - 3, y - 3, w + 6, h + 6, INK);
  fill(x, y, w, h, [255, 255, 255]);
  fill(x, y, w, 6, accent);
  fill(x + 20, y + 28, 28, 28, accent);
  fill(x + 64, y + 30, w - 110, 9, [90, 98, 110]);
  fill(x + 64, y + 48, w - 150, 8, INK);
  fill(x + w - 96, y + h - 40, 76, 24, accent);

  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a channel, three channels.
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', header), chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0))]);
}
