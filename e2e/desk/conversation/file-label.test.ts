import { describe, expect, test } from 'vitest';
import { fileLabel, sizeText } from './file-label.ts';

const none = { isScreenshot: false, screenshotFileName: null, fileName: null, fileSize: null };

describe('file', () => {
  test('a message without one says nothing', () => {
    expect(fileLabel(none)).toBeNull();
  });

  test('is named, with its size when that is known', () => {
    expect(fileLabel({ ...none, fileName: 'scan.pdf', fileSize: 1_234_000 })).toBe('scan.pdf · 1.2 MB');
    expect(fileLabel({ ...none, isScreenshot: true, screenshotFileName: 'a.png' })).toBe('a.png');
    expect(fileLabel({ ...none, isScreenshot: true })).toBe('Screenshot');
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [12_345, '12 kB'],
  ])('%d bytes', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});
