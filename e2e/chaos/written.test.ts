import type { ServerMessage } from 'tabcached/protocol';
import { describe, expect, test } from 'vitest';
import { createWrittenMessages, judgeSending } from './written.ts';

const row = (clientTempId: string, content: string): ServerMessage => ({ clientTempId, content }) as unknown as ServerMessage;
const nobody = new Set<string>();

function write(...texts: readonly string[]) {
  const messages = createWrittenMessages();
  return texts.map((text) => {
    const message = messages.press({ id: `id-${text}`, userId: 'u', requestId: 'r', text });
    messages.accept(message);
    return message;
  });
}
const promises = (...args: Parameters<typeof judgeSending>): string[] => judgeSending(...args).map(([promise]) => promise);

describe('C-2 what the chaos run says of sending', () => {
  test('nothing, when each is there once and in order', () => {
    expect(judgeSending(write('a', 'b'), [row('id-a', 'a'), row('id-b', 'b')], nobody)).toEqual([]);
  });

  test('S-1 a message that is there twice, under one id or two', () => {
    expect(promises(write('a'), [row('id-a', 'a'), row('id-a', 'a')], nobody)).toContain('S-1');
    expect(promises(write('a'), [row('id-a', 'a'), row('other', 'a')], nobody)).toContain('S-1');
  });

  test('S-4 an accepted message that is nowhere; not one that is shown as failed, discarded, deleted, or was never accepted', () => {
    const [a] = write('a');
    if (!a) throw new Error('nothing was written');
    expect(promises([a], [], nobody)).toEqual(['S-4']);
    expect(promises([a], [], new Set([a.id]))).toEqual([]);
    expect(promises([{ ...a, discarded: true }], [], nobody)).toEqual([]);
    expect(promises([{ ...a, deleted: true }], [], nobody)).toEqual([]);
    expect(promises([{ ...a, state: 'pressed' }], [], nobody)).toEqual([]);
  });

  test('S-3 what was pressed after the other had been accepted comes after it; pressed before that, either order will do', () => {
    const [a, b] = write('a', 'b');
    if (!a || !b) throw new Error('nothing was written');
    const turned = [row('id-b', 'b'), row('id-a', 'a')];
    expect(promises([a, b], turned, nobody)).toEqual(['S-3']);
    expect(promises([{ ...a, acceptedAt: b.pressedAt + 1 }, b], turned, nobody)).toEqual([]);
  });

  test('S-3 a text that nobody wrote', () => {
    expect(promises(write('a'), [row('id-a', 'something else')], nobody)).toEqual(['S-3']);
  });
});
