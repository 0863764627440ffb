/**
 * Starts the package's own script in a dedicated worker.
 *
 * Literal for the same reasons as in `create-worker.ts`. The built file lies one folder below the worker's script, where parts are that load
 * when used.
 */
export const createPackagedDedicatedWorker = (name: string): Worker => new Worker(new URL('../worker.js', import.meta.url), { type: 'module', name });
