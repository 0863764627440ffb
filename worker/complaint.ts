/**
 * What is wrong with a value that a schema refuses, in a few words.
 *
 * Owns: naming it by its place only. The value itself may be message text, and what is written here ends in logs. Pure.
 */
import * as v from 'valibot';

/** The first thing that is wrong, such as `content is no string`. */
export function complaint([issue]: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string {
  return `${v.getDotPath(issue) ?? 'it'} is ${issue.input === undefined ? 'missing' : `no ${issue.expected ?? issue.type}`}`;
}
