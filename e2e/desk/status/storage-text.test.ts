import { expect, test } from 'vitest';
import { storageText } from './storage-text.ts';

test('T-3 storage that fails is said, with what it means for what is written', () => {
  expect(storageText({ storage: 'indexeddb', trouble: null })).toBeNull();
  expect(storageText({ storage: 'memory', trouble: null })).toContain('refuses to store');
  expect(storageText({ storage: 'memory', trouble: { kind: 'refused', held: false } })).toContain('lost when the last tab is closed');
  expect(storageText({ storage: 'memory', trouble: { kind: 'hung', held: true } })).toContain('not sent');
  expect(storageText({ storage: 'indexeddb', trouble: { kind: 'full', held: false } })).toContain('The disk is full');
});
