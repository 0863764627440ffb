/** Waiting for a condition, with the reason it does not hold. */

const EVERY_MS = 200;

/** Asks until the answer is null, which is the answer then; after `withinMs` the last answer. What cannot be asked counts as an answer. */
export async function until(withinMs: number, whyNot: () => Promise<string | null>): Promise<string | null> {
  const endAt = Date.now() + withinMs;
  for (;;) {
    const asking = whyNot().catch((error: unknown) => String(error));
    const silence = new Promise<string>((resolve) => void setTimeout(() => resolve('no answer'), Math.max(1_000, endAt - Date.now())).unref());
    const reason = await Promise.race([asking, silence]);
    if (reason === null || Date.now() >= endAt) return reason;
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}
