/** The part for inspection, loaded when it is first asked for. Owns: that it is loaded once, and asked for again after a failure. */
import { TabcachedError } from '../protocol/errors.ts';
import type { Inspection, InspectionSetup } from './inspect/inspect-part.ts';

/** Loads the part. Rejects with `OFFLINE` when its script cannot be fetched. */
export function createInspectionLoader(setup: () => InspectionSetup): { load(): Promise<Inspection>; close(): void } {
  let loading: Promise<Inspection> | null = null;
  return {
    load: () =>
      (loading ??= import('./inspect/inspect-part.ts').then(
        (part) => part.createInspection(setup()),
        (cause: unknown) => {
          loading = null;
          throw new TabcachedError('OFFLINE', 'The part for inspection did not load.', { cause });
        },
      )),
    close: () => void loading?.then((part) => part.close()).catch(() => undefined),
  };
}
