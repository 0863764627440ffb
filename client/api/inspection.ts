/** The daemon at one moment, for those who look into it. */
import type { InspectReport } from '../../protocol/index.ts';
import type { HostKind } from './status.ts';

/** The daemon at one moment. */
export interface Inspection extends InspectReport {
  /** Where it runs, seen from this tab. */
  readonly host: HostKind;
}
