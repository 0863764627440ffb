/**
 * The backend, with every request, every answer and every event of the push link noted for the flight recorder.
 *
 * Owns: nothing but the tap: what is asked and answered passes unchanged. Files are not noted.
 */
import type { Backend } from '../protocol/backend.ts';
import type { Journal } from './journal.ts';

/** Notes `ask` and `answer` by a number that both carry; an event of the link is an `ask` that nothing answers. */
export function tapBackend(backend: Backend, note: Journal['note']): Backend {
  let asks = 0;
  const tapped = <T extends object>(object: T): T =>
    // The target is another object, because what is frozen must not be shown differently.
    new Proxy({} as T, {
      get: (_, name) => {
        const method: unknown = Reflect.get(object, name);
        if (typeof method !== 'function' || name === 'media') return method;
        return (...args: readonly unknown[]): unknown => {
          const ask = ++asks;
          note('ask', { ask, name, args });
          const result: unknown = method.apply(object, name === 'openPush' ? [tapped(args[0] as object)] : args);
          if (result instanceof Promise) {
            result.then(
              (answer) => note('answer', { ask, answer }, (answer?.messages ?? answer?.changes ?? answer?.tickets)?.length),
              (error: unknown) => note('answer', { ask, error }),
            );
          }
          return result;
        };
      },
    });
  return tapped(backend);
}
