import type { CachedMessage } from 'tabcached';
import { expect, test } from 'vitest';
import { attachmentOf, isPictureType, kindText, shortName, sizeText } from './attachment.ts';

const message = (change: Partial<CachedMessage>): CachedMessage =>
  ({ id: 'm', requestId: 'r', isScreenshot: false, screenshotFileName: null, fileName: null, fileSize: null, fileMimeType: null, ...change }) as CachedMessage;

test('a message without a file has none', () => {
  expect(attachmentOf(message({}))).toBeNull();
  expect(attachmentOf(message({ isScreenshot: true }))).toBeNull();
});

test('a screenshot is a picture, also before the server has told its type', () => {
  expect(attachmentOf(message({ isScreenshot: true, screenshotFileName: 'a.png' }))).toMatchObject({ filename: 'a.png', isPicture: true });
  expect(attachmentOf(message({ fileName: 'a.pdf', fileMimeType: 'application/pdf', fileSize: 5 }))).toMatchObject({ filename: 'a.pdf', isPicture: false, fileSize: 5 });
});

test('#83 what is not a harmless picture is a card, whatever it calls itself', () => {
  for (const type of ['image/svg+xml', 'text/html', 'application/pdf', '', 'image/png+xml']) expect(isPictureType(type)).toBe(false);
  for (const type of ['image/png', 'Image/JPEG; charset=binary']) expect(isPictureType(type)).toBe(true);
  expect(attachmentOf(message({ isScreenshot: true, screenshotFileName: 'a.png', fileMimeType: 'image/svg+xml' }))?.isPicture).toBe(false);
});

test('sizes, kinds and names in words', () => {
  expect([999, 1_000, 12_400, 3_400_000].map(sizeText)).toEqual(['999 B', '1 kB', '12 kB', '3.4 MB']);
  expect(['a.pdf', 'b.tar.gz', 'noend', 'x.<b>'].map(kindText)).toEqual(['PDF', 'GZ', 'File', 'File']);
  expect(shortName('short.png')).toBe('short.png');
  expect(shortName(`${'x'.repeat(80)}.invoice.pdf`)).toMatch(/^x{39}…oice\.pdf$/);
});
