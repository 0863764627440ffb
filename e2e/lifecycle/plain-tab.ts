/** A tab of a plain browser. Owns: attaching to it and letting go of it again. */
import type { Devtools } from './devtools.ts';

/** See the head of the file. */
export interface PlainTab {
  readonly targetId: string;
  /** Value of an expression; promises are awaited. `asByHand`: as if a person had just pressed something. */
  run<T = unknown>(expression: string, options?: { readonly asByHand?: boolean }): Promise<T>;
  /** Brings it to the front; the one that was there is hidden. */
  show(): Promise<void>;
  /** Freezes it, which must be hidden. The undo thaws it. */
  freeze(): Promise<() => Promise<void>>;
  goTo(url: string): Promise<void>;
  back(): Promise<void>;
}

/** The tab of a target. */
export function createPlainTab(devtools: Devtools, targetId: string): PlainTab {
  const attach = async (): Promise<string> => (await devtools.send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true })).sessionId;
  const detach = (sessionId: string): Promise<unknown> => devtools.send('Target.detachFromTarget', { sessionId });
  const attached = async <T>(work: (sessionId: string) => Promise<T>): Promise<T> => {
    const sessionId = await attach();
    try {
      return await work(sessionId);
    } finally {
      await detach(sessionId).catch(() => undefined);
    }
  };

  return {
    targetId,
    run: <T>(expression: string, { asByHand = false } = {}) =>
      attached(async (sessionId) => {
        const { result, exceptionDetails } = await devtools.send<{ result: { value: T }; exceptionDetails?: { exception?: { description?: string } } }>(
          'Runtime.evaluate',
          { expression, awaitPromise: true, returnByValue: true, userGesture: asByHand },
          sessionId,
        );
        if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'It threw.');
        return result.value;
      }),
    show: async () => void (await devtools.send('Target.activateTarget', { targetId })),
    freeze: async () => {
      const sessionId = await attach();
      await devtools.send('Page.enable', {}, sessionId);
      await devtools.send('Page.setWebLifecycleState', { state: 'frozen' }, sessionId);
      return async () => {
        await devtools.send('Page.setWebLifecycleState', { state: 'active' }, sessionId);
        await detach(sessionId);
      };
    },
    goTo: (url) => attached(async (sessionId) => void (await devtools.send('Page.navigate', { url }, sessionId))),
    back: () =>
      attached(async (sessionId) => {
        const { currentIndex, entries } = await devtools.send<{ currentIndex: number; entries: readonly { id: number }[] }>('Page.getNavigationHistory', {}, sessionId);
        await devtools.send('Page.navigateToHistoryEntry', { entryId: entries[currentIndex - 1]?.id }, sessionId);
      }),
  };
}
