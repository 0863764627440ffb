/**
 * Which calls of tabs may pass: after a sign-out none that reads or writes, before the server has named the user again.
 *
 * Owns: the rule. The cache of somebody who signed out is kept on the disk, and whoever sits down next must not be shown it
 * (SPEC.md, chapter 4).
 */
import { TabcachedError } from '../protocol/errors.ts';

/** Calls without which nobody can sign in, or leave. Every other name waits, also one that is answered by a part which loads when used. */
const ALWAYS: readonly string[] = ['bye', 'report', 'ack', 'ping', 'giveToken', 'signOut'];

/** The gate. */
export interface Gate {
  /** Undefined: go on. Otherwise wait, which ends when the user is known. Throws `SIGNED_OUT` while somebody is leaving. */
  pass(name: string): Promise<void> | undefined;
  /** The user signed out and is not known again. */
  locked(): boolean;
  /** The server has named the user. Answers whether the gate was locked. */
  unlock(): boolean;
  /** The user is leaving, or stays after all. */
  leave(leaving: boolean): void;
}

/** A gate, locked when the user signed out before. */
export function createGate(signedOut: boolean): Gate {
  let locked = signedOut;
  let leaving = false;
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    pass: (name) => {
      if (ALWAYS.includes(name)) return undefined;
      if (leaving) throw new TabcachedError('SIGNED_OUT');
      return locked ? opened : undefined;
    },
    locked: () => locked,
    unlock: () => {
      const was = locked;
      locked = false;
      open();
      return was;
    },
    leave: (now) => void (leaving = now),
  };
}
