/**
 * Starts or joins the worker that comes with the package.
 *
 * The expression is literal because bundlers look for exactly it; `name` is a variable because webpack would make a file name of
 * a literal one. All tabs of a build must ask for the same options: a different `type` or `extendedLifetime` is refused by the
 * browser. Without `extendedLifetime` (unknown to the typings, ignored by Firefox) the daemon of a single tab dies at each reload.
 */
export const createPackagedWorker = (name: string): SharedWorker =>
  new SharedWorker(new URL('./worker.js', import.meta.url), { type: 'module', name, extendedLifetime: true } as WorkerOptions);

/** What a worker is constructed with, beside its URL. */
export interface WorkerChoices {
  readonly type: 'module';
  readonly name: string;
  readonly extendedLifetime: true;
}

/** The options of every worker of tabcached. */
export const workerOptions = (name: string): WorkerChoices => ({ type: 'module', name, extendedLifetime: true });

/** Joins the worker of another build by its same-origin URL: a SharedWorker is known by URL and name. */
export const joinWorker = (name: string, url: string): SharedWorker => new SharedWorker(url, workerOptions(name));
