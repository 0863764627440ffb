/** Filled in by the package's build; see `rolldown.config.ts`. */
import { composeBuildId } from '../protocol/builds.ts';
import { SCHEMA_VERSION } from '../protocol/limits.ts';

declare const __BUILD_ID__: string | undefined;
declare const __BUILD_NUMBER__: number | undefined;

const number = typeof __BUILD_NUMBER__ === 'undefined' ? 0 : __BUILD_NUMBER__;
const hash = typeof __BUILD_ID__ === 'undefined' ? 'dev' : __BUILD_ID__;

/** A build of the application as everything names it: a team's own id and number, or the package's. Two builds never share a worker. */
export const fullBuildId = (id: string = hash, buildNumber: number = number): string => composeBuildId(SCHEMA_VERSION, buildNumber, id);
