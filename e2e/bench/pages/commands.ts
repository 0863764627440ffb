/**
 * Orders from the bench's first tab to the two workers, over a BroadcastChannel: the daemon under test, and the bare worker that is
 * the floor. The workers take the same orders.
 */

/** Lock that the bare worker holds while it lives. */
export const BARE_LEASE = 'bench:bare';

/** Who is spoken to. */
export type Side = 'daemon' | 'bare';

/** What a worker is told. */
export type Order =
  /** Change a chat `count` times, one new message each, `everyMs` apart; answered with when each began. */
  | { readonly kind: 'burst'; readonly chat: number; readonly count: number; readonly everyMs: number }
  /** The bare worker dies; answered with when, as the last thing it does. */
  | { readonly kind: 'die' }
  /** From now on chats of these numbers have that head. */
  | { readonly kind: 'heads'; readonly from: number; readonly count: number; readonly head: number }
  /** Bare side only: fetch or store files; answered with when that began and ended. */
  | { readonly kind: 'files'; readonly how: 'fetch' | 'store'; readonly from: number; readonly count: number }
  /** Bring in `deltas` deltas of `size` messages; answered with when the first began. The bare side answers when all is stored. */
  | { readonly kind: 'ingest'; readonly chat: number; readonly deltas: number; readonly size: number };

/** Answer to a burst: sequence and shared clock of every change. To an ingest: `[[0, began]]`, and when it ended if that is known. */
export type Answer = readonly (readonly [number: number, at: number])[];

interface Envelope {
  readonly to: Side;
  readonly id: number;
  readonly order: Order;
}
interface Reply {
  readonly id: number;
  readonly answer: Answer;
}

const CHANNEL = 'bench:orders';

/** Takes orders, in a worker. */
export function takeOrders(side: Side, handle: (order: Order) => Promise<Answer>): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', ({ data }: MessageEvent<Envelope>) => {
    if (data.to !== side) return;
    void handle(data.order).then((answer) => channel.postMessage({ id: data.id, answer } satisfies Reply));
  });
}

/** Gives an order, in a tab; resolves with the answer. */
export function giveOrder(to: Side, order: Order): Promise<Answer> {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(CHANNEL);
    const id = Math.random();
    channel.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
      if (data.id !== id || data.answer === undefined) return;
      channel.close();
      resolve(data.answer);
    });
    channel.postMessage({ to, id, order } satisfies Envelope);
  });
}

/** Waits. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
