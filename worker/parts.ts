/** The daemon's parts, as they and the calls of tabs see each other. Made by `wire-parts.ts`. */
import type { Backend, DaemonSettings } from '../protocol/index.ts';
import type { WorkerIdentity } from '../protocol/names.ts';
import type { BackendEnvironment } from './backend/backend-environment.ts';
import type { Booted } from './boot.ts';
import type { Environment } from './env.ts';
import type { Journal } from './journal.ts';
import type { BaseParts } from './wiring/wire-base.ts';
import type { LateParts } from './wiring/wire-late.ts';
import type { SendingParts } from './wiring/wire-sending.ts';
import type { SyncParts } from './wiring/wire-sync.ts';
import type { TabParts } from './wiring/wire-tabs.ts';

/** What the calls of tabs act on, and the sides of the daemon on each other. */
export interface Parts extends BaseParts, TabParts, SyncParts, SendingParts, LateParts {
  /** Writes what is queued and lets go of everything. */
  close(): Promise<void>;
}

/** What the parts are made from. */
export interface PartsSetup {
  readonly env: Environment;
  readonly identity: WorkerIdentity;
  readonly epoch: string;
  readonly journal: Journal;
  readonly booted: Booted;
  readonly settings: DaemonSettings;
  createBackend(env: BackendEnvironment): Backend;
  onFenced(): void;
  /** Ends the daemon for good; see `SignOutSetup.end`. */
  end(last: () => Promise<void>): Promise<void>;
}
