/** The part that signs out. Owns: that it is there when it is needed, also without a network: it is fetched when the link is first up. */
import { TabcachedError } from '../protocol/errors.ts';
import type { SignOut, SignOutSetup } from './sign-out.ts';

/** Signing out, loaded or not. */
export interface SignOutLoader {
  readonly signOut: SignOut;
  /** The network is there: fetch the part. */
  prepare(): void;
}

/** Makes it. `signOut` rejects with `OFFLINE` when the part cannot be fetched. */
export function loadSignOut(setup: SignOutSetup): SignOutLoader {
  let loading: Promise<SignOut> | null = null;
  const load = (): Promise<SignOut> =>
    (loading ??= import('./sign-out.ts').then(
      (part) => part.createSignOut(setup),
      (cause: unknown) => {
        loading = null;
        throw new TabcachedError('OFFLINE', 'The part that signs out did not load.', { cause });
      },
    ));
  return { signOut: async (session, input) => (await load())(session, input), prepare: () => void load().catch(() => undefined) };
}
