/**
 * From a call's name and input to its handler, and back to a result.
 *
 * Owns: checking inputs by their schemas, hello before everything else, errors as plain results. Does not know what calls do.
 */
import { callInputs, type CallResult, type Hello, type Welcome } from '../protocol/index.ts';
import { TabcachedError, toWireError } from '../protocol/errors.ts';
import * as v from 'valibot';
import type { SessionCalls } from './calls.ts';
import type { Connection } from './connection.ts';
import { complaint } from './complaint.ts';
import type { Journal } from './journal.ts';

/** A tab that was let in. */
export interface Admitted {
  readonly welcome: Welcome;
  readonly calls: SessionCalls;
  /** Calls that a part of the daemon checks and answers which loads when used. */
  late(name: string, input: unknown): Promise<unknown>;
  /** What a call has to wait for, if anything. May throw. */
  pass(name: string): Promise<void> | undefined;
  leave(): void;
}

const isCall = (name: string): name is keyof typeof callInputs => Object.hasOwn(callInputs, name);

/** Creates a tab's line; `admit` decides about its hello. */
export function createConnection({ log, note }: Pick<Journal, 'log' | 'note'>, admit: (hello: Hello) => Promise<Admitted>): Connection {
  let admitted: Admitted | null = null;
  let closed = false;
  /** The tab that said hello, shortened, and how many calls it has made: together a call's trace. */
  let tab = 'new';
  let calls = 0;

  /** The tab's way in, once it may pass: whatever a call is named, this comes before its handler. */
  const passing = async (name: string): Promise<Admitted> => {
    if (!admitted) throw new TabcachedError('PROTOCOL_MISMATCH', 'Hello comes first.');
    for (let wait = admitted.pass(name); wait; wait = admitted.pass(name)) {
      await wait;
      if (!admitted) throw new TabcachedError('CLOSED');
    }
    return admitted;
  };

  const perform = async (name: string, input: unknown): Promise<unknown> => {
    if (!isCall(name)) return (await passing(name)).late(name, input);
    const checked = v.safeParse(callInputs[name], input);
    if (!checked.success) {
      const wrongVersion = name === 'hello' && (input as { protocol?: unknown } | null)?.protocol !== 1;
      throw new TabcachedError(wrongVersion ? 'PROTOCOL_MISMATCH' : 'INVALID', complaint(checked.issues));
    }
    if (name === 'hello') {
      const previous = admitted;
      const next = await admit(checked.output as Hello);
      if (closed) {
        next.leave();
        throw new TabcachedError('CLOSED');
      }
      admitted = next;
      previous?.leave();
      tab = (checked.output as Hello).tabId.slice(0, 6);
      return next.welcome;
    }
    const handler = (await passing(name)).calls[name as keyof SessionCalls] as (input: unknown) => unknown;
    return handler(checked.output);
  };

  return {
    call: async (name, input): Promise<CallResult<unknown>> => {
      const id = `${tab}-${++calls}`;
      // What a tab reports all the time would push everything else out of the log.
      if (name !== 'ack' && name !== 'ping') {
        note('call', { id, name, input });
        log.debug('call', { name, trace: id });
      }
      try {
        return { ok: true, value: await perform(name, input) };
      } catch (error) {
        const wire = toWireError(error, id);
        note('failed', { id, code: wire.code });
        log[wire.code === 'INTERNAL' ? 'error' : 'debug']('call failed', { name, trace: id, code: wire.code, message: wire.message });
        return { ok: false, error: wire };
      }
    },
    close: () => {
      closed = true;
      admitted?.leave();
      admitted = null;
    },
  };
}
