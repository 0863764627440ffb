/** Filled in by the package's build; see `rolldown.config.ts`. */
declare const __BUILD_ID__: string | undefined;

/** Name of this build of the package: the hash of its sources, `dev` when they run unbuilt. Two builds never share a worker. */
export const buildId: string = typeof __BUILD_ID__ === 'undefined' ? 'dev' : __BUILD_ID__;
