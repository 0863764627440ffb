/** Both hosts under one suite. */
import { fallbackTab } from './testing/fallback-tab.ts';
import { hostContract } from './testing/host-contract.ts';

hostContract('shared-worker', (browser) => browser.tab());
hostContract('fallback', (browser) => fallbackTab(browser));
