/** Composition of a tab's client: what is wired to what. No logic of its own. */
import { TabcachedError, toTabcachedError } from '../protocol/errors.ts';
import { BROWSER_BUDGET_BYTES, FILES_BUDGET_BYTES, CALL_DEADLINE_MS, OUTBOX_LIMIT } from '../protocol/limits.ts';
import type { TabReport } from '../protocol/daemon-api.ts';
import type { TokenRequest } from '../protocol/views.ts';
import { browserEnvironment } from './browser-env.ts';
import { fullBuildId } from './build-id.ts';
import { createCalls } from './calls.ts';
import { chooseHost } from './choose-host.ts';
import { createStatus } from './client-status.ts';
import type { AssembledClient } from './assemble-client.ts';
import type { Client, ConnectOptions } from './client.ts';
import { keepConnection, type Connection } from './connection.ts';
import type { Environment } from './env.ts';
import { sharedWorkerHost } from './open-host.ts';
import type { Session } from './session.ts';
import { supersededBy } from './superseded.ts';

/**
 * Connects this tab to the user's daemon, starting it when none runs. Rejects with `SETTINGS_MISMATCH`, `PROTOCOL_MISMATCH`,
 * `USER_MISMATCH`, `HOST_UNAVAILABLE`, or `TIMEOUT` when no daemon answered within two deadlines. Afterwards the client reconnects by
 * itself until it is closed.
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
  const tabId = env.ids.short();
  const buildId = fullBuildId(options.buildId, options.buildNumber);
  const status = createStatus(() => host.kind);
  const calls = createCalls(env, deadlineMs);
  const { call } = calls;
  let assembled: AssembledClient | null = null;
  let current: readonly [Session, TabReport] | null = null;

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
        backend: new URL(options.backend, env.page.href).href,
        budgetBytes: options.budgetBytes ?? (options.mediaStore === 'files' ? FILES_BUDGET_BYTES : BROWSER_BUDGET_BYTES),
        messageBudgetBytes: options.messageBudgetBytes,
        mediaStore: options.mediaStore,
        outboxLimit: options.outboxLimit ?? OUTBOX_LIMIT,
      },
    },
    {
      onUp: (session, report) => {
        calls.up(session);
        status.up(session.welcome.host);
        current = [session, report];
        assembled?.up(...current);
      },
      onDown: () => {
        calls.down();
        status.down();
        current = null;
        assembled?.down();
      },
      onHide: () => assembled?.views.hide(),
      onFrame: (frame) => {
        if (frame.t === 'host') status.up(frame.host);
        else if (frame.t === 'token') void answerToken(frame).catch(() => undefined);
        else if (frame.t !== 'goodbye') assembled?.views.receive(frame);
      },
      onRefused: (error) => calls.down(error),
      onChosen: (target, works) => status.superseded(supersededBy(target, { buildId, userId }, works)),
      onEnd: (why, wiped) => {
        calls.down(new TabcachedError(why === 'closed' ? 'CLOSED' : 'SIGNED_OUT'));
        if (why === 'closed') return;
        status.signedOut();
        assembled?.views.forget(wiped);
      },
    },
  );

  try {
    const [{ assembleClient }, later] = await Promise.all([import('./assemble-client.ts'), env.loadLatePage(), connection.first]);
    assembled = assembleClient({ env: { ...env, later }, userId, tabId, deadlineMs, host, status: status.source, call, connection, options, connectedFromMs });
    if (current) assembled.up(...(current as readonly [Session, TabReport]));
    return assembled.client;
  } catch (thrown) {
    connection.close();
    throw toTabcachedError(thrown, 'HOST_UNAVAILABLE');
  }
}
