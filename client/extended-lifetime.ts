/**
 * Whether shared workers of this browser go on for a while after their last tab was closed.
 *
 * Owns: finding out without starting one. Every tab asks for it alike (`create-worker.ts`), and browsers that do not know the option ignore it.
 */

/** Constructors of shared workers, as far as this looks. */
type WorkerConstructor = new (url: string, options: object) => unknown;

/** Does the constructor look at the option? Its URL is none, so it throws before there is a worker; options are read before that. */
export function extendsLifetime(Constructor = (globalThis as { SharedWorker?: WorkerConstructor }).SharedWorker): boolean {
  let isRead = false;
  const options = {
    get extendedLifetime() {
      isRead = true;
      return true;
    },
  };
  try {
    if (Constructor) new Constructor('http://[', options);
  } catch {
    // As expected.
  }
  return isRead;
}
