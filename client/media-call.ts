/** Calls about media, as far as a tab makes them. */
import type { MediaCallOutputs, mediaCallInputs } from '../protocol/media-calls.ts';
import type * as v from 'valibot';

/** A call to the daemon that lives; see `calls.ts`. */
export type MediaCall = <Name extends keyof MediaCallOutputs>(name: Name, input: v.InferInput<(typeof mediaCallInputs)[Name]>) => Promise<MediaCallOutputs[Name]>;
