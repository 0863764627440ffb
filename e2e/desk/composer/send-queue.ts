/**
 * Hands messages to the daemon one after the other.
 *
 * Owns: their order. A message that is refused takes those behind it back with it: sent alone, they would overtake it. Repeating
 * a text whose outcome is unknown repeats its id, so that it cannot be there twice. Does not know the text box.
 */

/** What a queue needs. */
export interface SendQueueSetup {
  /** Resolves when the message is stored. */
  send(message: { readonly content: string; readonly clientTempId: string }): Promise<unknown>;
  newId(): string;
  /** All texts that were handed over are stored. */
  onStored(): void;
  /** These texts, in order, are not stored; `error` is why the first was refused. */
  onReturned(texts: readonly string[], error: unknown): void;
}

/** A queue of messages that are not stored yet. */
export interface SendQueue {
  add(content: string): void;
}

/** An empty queue. */
export function createSendQueue({ send, newId, onStored, onReturned }: SendQueueSetup): SendQueue {
  let waiting: string[] = [];
  let running = false;
  let refused: { readonly content: string; readonly clientTempId: string } | null = null;

  const run = async (): Promise<void> => {
    running = true;
    for (let content = waiting[0]; content !== undefined; content = waiting[0]) {
      const clientTempId: string = refused?.content === content ? refused.clientTempId : newId();
      try {
        await send({ content, clientTempId });
        refused = null;
        waiting.shift();
      } catch (error) {
        refused = { content, clientTempId };
        const texts = waiting;
        waiting = [];
        running = false;
        onReturned(texts, error);
        return;
      }
    }
    running = false;
    onStored();
  };

  return {
    add: (content) => {
      waiting.push(content);
      if (!running) void run();
    },
  };
}

/** Texts put back in front of what was typed meanwhile. */
export const withReturned = (texts: readonly string[], typed: string): string => [...texts, typed].filter((text) => text !== '').join('\n');
