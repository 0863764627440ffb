/**
 * The order of builds: when two of them run at once, the newer one's daemon serves everybody.
 *
 * Owns: how a build's id carries its order, and the comparison. A schema version is raised when stored rows change their shape, a
 * build number with each release; ids that carry neither are older than all that do. Equal ones are ordered by their text: any order
 * will do, as long as everybody agrees on it.
 */

/** A build's id with its order in front: `3.1000.4f0c…`. `id` may be any text. */
export const composeBuildId = (schemaVersion: number, buildNumber: number, id: string): string => `${schemaVersion}.${buildNumber}.${id}`;

const orderOf = (buildId: string): readonly [number, number] => {
  const [, schemaVersion = '0', buildNumber = '0'] = /^(\d+)\.(\d+)\./.exec(buildId) ?? [];
  return [Number(schemaVersion), Number(buildNumber)];
};

/** Greater than 0 when `a` is newer than `b`, 0 only for the same build. */
export function compareBuilds(a: string, b: string): number {
  const [first, second] = [orderOf(a), orderOf(b)];
  return first[0] - second[0] || first[1] - second[1] || Number(a > b) - Number(a < b);
}
