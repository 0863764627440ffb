/** The fallback in a real page: what is loaded when it is needed. */
import type { Host } from '../open-host.ts';
import { fallbackHost, type FallbackSetup } from './fallback-host.ts';
import { realPlatform } from './real-platform.ts';

/** Creates the host; see `fallback-host.ts`. */
export const createFallback = (env: FallbackSetup['env'], createWorker: FallbackSetup['createWorker']): Host =>
  fallbackHost({ env, platform: realPlatform, createWorker });
