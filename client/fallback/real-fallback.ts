/** The fallback in a real page: what is loaded when it is needed. */
import { TabcachedError } from '../../protocol/errors.ts';
import type { Host } from '../open-host.ts';
import { createPackagedDedicatedWorker } from './create-dedicated-worker.ts';
import { fallbackHost, type FallbackSetup } from './fallback-host.ts';
import { realPlatform } from './real-platform.ts';

/** Creates the host; see `fallback-host.ts`. `createWorker` runs a team's own script. Throws `HOST_UNAVAILABLE`. */
export function createFallback(env: FallbackSetup['env'], createWorker: (name: string) => Worker = createPackagedDedicatedWorker): Host {
  if (typeof Worker === 'undefined' || typeof BroadcastChannel === 'undefined') {
    throw new TabcachedError('HOST_UNAVAILABLE', 'This browser has no workers, or no channels between tabs.');
  }
  return fallbackHost({
    env,
    platform: realPlatform,
    // Another build's script is known by its address alone.
    createWorker: (name, url) => (url === null ? createWorker(name) : new Worker(url, { type: 'module', name })),
  });
}
