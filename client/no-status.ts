import type { ClientStatus } from './api/status.ts';

/** Status of a tab that has no daemon yet. */
export const NO_STATUS: ClientStatus = {
  connected: false,
  degraded: false,
  signedOut: false,
  host: 'shared-worker',
  epoch: '',
  link: 'offline',
  storage: 'indexeddb',
  trouble: null,
  tabs: 0,
  pending: 0,
  needsToken: false,
  lacks: [],
  superseded: null,
};
