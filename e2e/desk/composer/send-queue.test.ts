import { describe, expect, test, vi } from 'vitest';
import { createSendQueue, withReturned } from './send-queue.ts';

function setUp() {
  const calls: { content: string; clientTempId: string; settle: (error?: Error) => void }[] = [];
  const returned: { texts: readonly string[]; error: unknown }[] = [];
  const onStored = vi.fn();
  let ids = 0;
  const queue = createSendQueue({
    send: (message) =>
      new Promise<void>((resolve, reject) => calls.push({ ...message, settle: (error) => (error ? reject(error) : resolve()) })),
    newId: () => `id${(ids += 1)}`,
    onStored,
    onReturned: (texts, error) => returned.push({ texts, error }),
  });
  const sent = (): string[] => calls.map((call) => call.content);
  return { queue, calls, returned, onStored, sent };
}

describe('send queue', () => {
  test('sends one after the other, each with its own id', async () => {
    const { queue, calls, sent, onStored } = setUp();
    queue.add('a');
    queue.add('b');
    expect(sent()).toEqual(['a']);
    calls[0]?.settle();
    await vi.waitFor(() => expect(sent()).toEqual(['a', 'b']));
    expect(onStored).not.toHaveBeenCalled();
    calls[1]?.settle();
    await vi.waitFor(() => expect(onStored).toHaveBeenCalledOnce());
    expect(calls.map((call) => call.clientTempId)).toEqual(['id1', 'id2']);
  });

  test('a refused message takes those behind it back', async () => {
    const { queue, calls, returned, sent } = setUp();
    queue.add('a');
    queue.add('b');
    const error = new Error('full');
    calls[0]?.settle(error);
    await vi.waitFor(() => expect(returned).toEqual([{ texts: ['a', 'b'], error }]));
    expect(sent()).toEqual(['a']);
  });

  test('repeating a refused text repeats its id; another text has another', async () => {
    const { queue, calls, returned } = setUp();
    queue.add('a');
    calls[0]?.settle(new Error('timeout'));
    await vi.waitFor(() => expect(returned).toHaveLength(1));
    queue.add('a');
    calls[1]?.settle(new Error('timeout'));
    await vi.waitFor(() => expect(returned).toHaveLength(2));
    queue.add('a, changed');
    expect(calls.map((call) => call.clientTempId)).toEqual(['id1', 'id1', 'id2']);
  });

  test('what comes back stands before what was typed meanwhile', () => {
    expect(withReturned(['a', 'b'], 'c')).toBe('a\nb\nc');
    expect(withReturned(['a'], '')).toBe('a');
  });
});
