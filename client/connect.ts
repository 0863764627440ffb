/** Composition of a tab's client: what is wired to what. No logic of its own. */
import { TabcachedError, toTabcachedError } from '../protocol/errors.ts';
import { BROWSER_BUDGET_BYTES, FILES_BUDGET_BYTES, CALL_DEADLINE_MS, OUTBOX_LIMIT } from '../protocol/limits.ts';
import type { TokenRequest } from '../protocol/views.ts';
import { browserEnvironment } from './browser-env.ts';
import { fullBuildId } from './build-id.ts';
import { createCalls } from './calls.ts';
import { chooseHost } from './choose-host.ts';
import type { AssembledClient } from './assemble-client.ts';
import type { Client, ConnectOptions } from './client.ts';
import { keepConnection, type Connection } from './connection.ts';
import type { Environment } from './env.ts';
import { sharedWorkerHost } from './open-host.ts';

/**
 * Connects this tab to the user's daemon, starting it when none runs. Rejects with `SETTINGS_MISMATCH`, `PROTOCOL_MISMATCH`, `USER_MISMATCH`, or
 * with `HOST_UNAVAILABLE` in a page that may not use Web Locks. Where no daemon can be started, or none answered within two deadlines, the client
 * reads from the network (`status.degraded`). It connects by itself until it is closed.
 */
export const connect = async (options: ConnectOptions): Promise<Client> => connectIn(browserEnvironment(), options);

/** As {@link connect}, in a given environment. */
export async function connectIn(env: Environment, options: ConnectOptions): Promise<Client> {
  const { userId, deadlineMs = CALL_DEADLINE_MS } = options;
  const connectedFromMs = env.clock.now();
  const { createWorker = env.createWorker, createDedicatedWorker } = options;
  const host = chooseHost({
    locks: env.locks,
    userId,
    shared: sharedWorkerHost((name) => createWorker(name), env.joinWorker),
    loadFallback: options.createWorker && !createDedicatedWorker ? null : () => env.loadFallback(createDedicatedWorker),
  });
  const backend = new URL(options.backend, env.page.href).href;
  const tabId = env.ids.short();
  const buildId = fullBuildId(options.buildId, options.buildNumber);
  const calls = createCalls(env, deadlineMs);
  const { call } = calls;
  let assembled: AssembledClient | null = null;
  let up = false;
  /** What was told before the client was there: later, because nothing can be shown before. */
  let early: ((to: AssembledClient) => void)[] = [];
  const tell = (run: (to: AssembledClient) => void): void => void (assembled ? run(assembled) : early.push(run));

  const answerToken = async ({ requestNumber, rejected }: TokenRequest): Promise<void> => {
    let token: string | null = null;
    try {
      token = await options.getToken(rejected);
    } finally {
      // A getToken that fails has no token to give; the daemon asks again or asks another tab.
      await call('giveToken', { requestNumber, token });
    }
  };

  const connection: Connection = keepConnection(
    {
      env,
      host,
      userId,
      tabId,
      deadlineMs,
      buildId,
      settings: {
        backend,
        budgetBytes: options.budgetBytes ?? (options.mediaStore === 'files' ? FILES_BUDGET_BYTES : BROWSER_BUDGET_BYTES),
        messageBudgetBytes: options.messageBudgetBytes,
        mediaStore: options.mediaStore,
        outboxLimit: options.outboxLimit ?? OUTBOX_LIMIT,
      },
    },
    {
      onUp: (session, report) => {
        calls.up(session);
        up = true;
        tell((to) => to.up(session, report));
      },
      onDown: () => {
        calls.down();
        up = false;
        tell((to) => to.down());
      },
      onHide: () => assembled?.views.hide(),
      onFrame: (frame) => {
        if (frame.t === 'token') void answerToken(frame).catch(() => undefined);
        else if (frame.t !== 'goodbye') tell((to) => to.receive(frame));
      },
      onUnavailable: () => void assembled?.degrade(),
      onRefused: (error) => calls.down(error),
      onChosen: (target, works) => tell((to) => to.chosen(target, works)),
      onEnd: (why, wiped) => {
        calls.down(new TabcachedError(why === 'closed' ? 'CLOSED' : 'SIGNED_OUT'));
        if (why !== 'closed') tell((to) => to.signedOut(wiped));
      },
    },
  );

  try {
    const [{ assembleClient }, later] = await Promise.all([import('./assemble-client.ts'), env.loadLatePage(), connection.first]);
    assembled = assembleClient({ env: { ...env, later }, userId, tabId, deadlineMs, host, buildId, call, getToken: options.getToken, backend, connection, options, connectedFromMs });
    for (const run of early) run(assembled);
    early = [];
    if (!up) await assembled.degrade();
    return assembled.client;
  } catch (thrown) {
    connection.close();
    throw toTabcachedError(thrown, 'HOST_UNAVAILABLE');
  }
}
