/**
 * Starts or joins the worker that comes with the package.
 *
 * The expression is literal because bundlers look for exactly it; `name` is a variable because webpack would make a file name of
 * a literal one. All tabs of a build must ask for the same options: a different `type` or `extendedLifetime` is refused by the
 * browser. Without `extendedLifetime` (unknown to the typings, ignored by Firefox) the daemon of a single tab dies at each reload.
 */
export const createPackagedWorker = (name: string): SharedWorker =>
  new SharedWorker(new URL('./worker.js', import.meta.url), { type: 'module', name, extendedLifetime: true } as WorkerOptions);
