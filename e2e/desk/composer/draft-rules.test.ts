import { describe, expect, test } from 'vitest';
import { takesDraft } from './draft-rules.ts';

const opened = { text: '', shared: '', draft: 'Dear Ann', focused: false, opening: true, saving: false };

describe('draft', () => {
  test('an empty box takes the draft when the conversation opens', () => {
    expect(takesDraft(opened)).toBe(true);
  });

  test('so does one that got the focus by being opened', () => {
    expect(takesDraft({ ...opened, focused: true })).toBe(true);
  });

  test('later, a box that somebody is in is left alone, empty or not', () => {
    expect(takesDraft({ ...opened, opening: false, focused: true })).toBe(false);
    expect(takesDraft({ ...opened, opening: false, focused: true, text: 'Dear', shared: 'Dear' })).toBe(false);
  });

  test('text of its own is never replaced', () => {
    expect(takesDraft({ ...opened, text: 'Hello' })).toBe(false);
  });

  test('a draft that was sent in another tab leaves this one too', () => {
    expect(takesDraft({ ...opened, text: 'Dear Ann', shared: 'Dear Ann', draft: '' })).toBe(true);
  });

  test('an echo that is older than what is being saved is not taken', () => {
    expect(takesDraft({ ...opened, text: 'Dear Ann', shared: 'Dear Ann', draft: 'Dear', saving: true })).toBe(false);
  });
});
