/**
 * Calls that a part of the daemon answers which loads when used: from name and input to the handler.
 *
 * Owns: checking inputs by their schemas, which come with the part, so that the daemon's first script does without them.
 */
import * as v from 'valibot';
import { TabcachedError } from '../protocol/errors.ts';
import { complaint } from './complaint.ts';

/** Performs a call. Rejects with `PROTOCOL_MISMATCH` for a name that is none, `INVALID` for an input that breaks its schema. */
export async function checkedCall<Inputs extends Readonly<Record<string, v.GenericSchema>>>(
  inputs: Inputs,
  calls: { readonly [Name in keyof Inputs]: (input: v.InferOutput<Inputs[Name]>) => unknown },
  name: string,
  input: unknown,
): Promise<unknown> {
  if (!Object.hasOwn(inputs, name)) throw new TabcachedError('PROTOCOL_MISMATCH', `There is no call named ${name}.`);
  const checked = v.safeParse(inputs[name] as v.GenericSchema, input);
  if (!checked.success) throw new TabcachedError('INVALID', complaint(checked.issues));
  return calls[name as keyof Inputs](checked.output as never);
}
