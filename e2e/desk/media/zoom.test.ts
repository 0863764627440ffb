import { expect, test } from 'vitest';
import { stepZoom, zoomText } from './zoom.ts';

test('zoom goes in steps from what is on screen, and stops at the ends', () => {
  expect(stepZoom('fit', 0.62, 1)).toBe(0.75);
  expect(stepZoom('fit', 0.62, -1)).toBe(0.5);
  expect(stepZoom(1, 0.62, 1)).toBe(1.5);
  expect(stepZoom(4, 0.62, 1)).toBe(4);
  expect(stepZoom('fit', 0.1, -1)).toBe('fit');
  expect([zoomText('fit'), zoomText(1.5)]).toEqual(['Fit', '150 %']);
});
