/**
 * The budgets as they hold now: what the application connected with, unless a person chose others.
 *
 * Owns: that choice and its record (`_limits` in `ticket_meta`), which the next daemon finds. Does not evict: whoever sets lower budgets has
 * them looked at.
 */
import type { DaemonSettings } from '../../protocol/daemon-api.ts';
import type { CacheLimits } from '../../protocol/inspect.ts';
import type { Log } from '../env.ts';
import type { Store } from '../store/store.ts';

/** Key in `ticket_meta`. */
const LIMITS = '_limits';

type Budgets = Pick<DaemonSettings, 'budgetBytes' | 'messageBudgetBytes'>;
/** What is chosen; null lets go of a choice, undefined leaves it. */
export type LimitsChange = { readonly [Name in keyof Budgets]?: number | null | undefined };

/** The limits. */
export interface Limits {
  /** The same object always; its members are as of now. */
  readonly now: Budgets;
  /** Reads what a person chose before. What cannot be read is as if nothing was chosen. */
  restore(): Promise<void>;
  /** Resolves when it is stored. Rejects with `STORAGE_FAILED`, and nothing has changed then. */
  set(change: LimitsChange): Promise<void>;
  told(): CacheLimits;
}

/** Limits as the settings say, until {@link Limits.restore}. */
export function createLimits(settings: Budgets, store: Store, log: Log): Limits {
  let chosen: LimitsChange = {};
  return {
    now: {
      get budgetBytes() {
        return chosen.budgetBytes ?? settings.budgetBytes;
      },
      get messageBudgetBytes() {
        return chosen.messageBudgetBytes ?? settings.messageBudgetBytes;
      },
    },
    restore: async () => {
      try {
        const record = await store.read(['ticket_meta'], (tx) => tx.get('ticket_meta', LIMITS));
        chosen = (record?.value ?? {}) as LimitsChange;
      } catch (thrown) {
        log.warn('limits not read', { error: String(thrown) });
      }
    },
    set: async (change) => {
      const given = Object.fromEntries(Object.entries(change).filter(([, bytes]) => bytes !== undefined));
      const next: LimitsChange = { ...chosen, ...given };
      await store.write(['ticket_meta'], 'strict', async (tx) => void tx.put('ticket_meta', { key: LIMITS, value: next }));
      chosen = next;
    },
    told: () => ({
      budgetBytes: chosen.budgetBytes ?? settings.budgetBytes,
      messageBudgetBytes: chosen.messageBudgetBytes ?? settings.messageBudgetBytes,
      chosen: { budgetBytes: chosen.budgetBytes != null, messageBudgetBytes: chosen.messageBudgetBytes != null },
      defaults: { budgetBytes: settings.budgetBytes, messageBudgetBytes: settings.messageBudgetBytes },
    }),
  };
}
