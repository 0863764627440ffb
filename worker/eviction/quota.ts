/** How much of the browser's quota may be used. Owns: the share that is left to others. Pure. */
import type { StorageEstimate } from '../env.ts';

/** Beyond this share of its quota a browser may refuse writes, or clear everything. */
const QUOTA_SHARE = 0.9;

/** Bytes of the quota that may still be filled; negative when too much is used, infinite when the browser does not tell. */
export const quotaLeft = (estimate: StorageEstimate | null): number =>
  estimate === null || estimate.quotaBytes === 0 ? Number.POSITIVE_INFINITY : Math.floor(estimate.quotaBytes * QUOTA_SHARE) - estimate.usageBytes;

/** The budget of something that takes up `heldBytes` now: the setting, or less where the quota ends earlier. */
export const budgetWithin = (settingBytes: number, heldBytes: number, leftBytes: number): number => Math.max(0, Math.min(settingBytes, heldBytes + leftBytes));

/** Eviction begins past this share of a budget … */
export const START_SHARE = 0.9;
/** … and ends at this one. */
export const STOP_SHARE = 0.8;
