/** Actions about sending: refusals of every kind, tokens that come late or not at all, and buttons that several tabs press at once. */
import { toTabcachedError } from '../../protocol/errors.ts';
import type { ActionKind } from './action.ts';
import { expectWake } from './check-wake.ts';
import { choose, tabName } from './choose.ts';
import type { Perform } from './perform.ts';
import { waitingOf } from './perform-tabs.ts';
import { REFUSALS, type Refusal } from './refusals.ts';
import type { SimTab } from './sim-tab.ts';
import type { World } from './world.ts';

const ignore = (): void => undefined;
const KINDS = ['send', 'send', 'send', 'send', 'find', 'find', 'read'] as const;

/** What became of a button that several pressed: one of them was told that it is done, all were told that it is not, or nobody knows. */
async function verdictOf(calls: readonly Promise<unknown>[]): Promise<'done' | 'refused' | 'unknown'> {
  const told = await Promise.all(calls.map((call) => call.then(() => null, (thrown: unknown) => toTabcachedError(thrown).code)));
  if (told.includes(null)) return 'done';
  return told.some((code) => code === 'DAEMON_LOST' || code === 'STORAGE_FAILED' || code === 'CLOSED') ? 'unknown' : 'refused';
}

/** All tabs that can act; one alone presses twice. */
function pressers(world: World): SimTab[] {
  const tabs = world.tabs.filter((tab) => tab.isReady() && !tab.isFrozen());
  return tabs.length === 1 ? [...tabs, ...tabs] : tabs;
}

const together = {
  retry: (world, tabs, sent) => {
    world.sent.decide(sent);
    for (const tab of tabs) tab.call('retry', { operationId: sent.id }).catch(ignore);
    return `retry "${sent.content}"`;
  },
  retryAll: (world, tabs) => {
    // What a daemon on memory has waiting is not on the disk, and it is retried all the same.
    for (const each of world.sent.all.values()) if (world.isDegraded() || world.mirror.queue.has(each.id)) world.sent.decide(each);
    for (const tab of tabs) tab.call('retryAll', {}).catch(ignore);
    return 'retry all';
  },
  discard: (world, tabs, sent) => {
    if (sent.discarding) return null;
    sent.discarding = true;
    void verdictOf(tabs.map((tab) => tab.call('discard', { operationId: sent.id }))).then((told) => {
      if (told === 'done' && !world.isDegraded()) world.onDiscarded(sent);
      if (told === 'refused') sent.discarding = false;
    });
    return `discard "${sent.content}"`;
  },
  edit: (world, tabs, sent) => {
    if (sent.editing !== null || sent.discarding) return null;
    const [content, before, { refusedIn }] = [world.newText(), sent.content, sent];
    sent.editing = content;
    world.sent.decide(sent);
    void verdictOf(tabs.map((tab) => tab.call('edit', { operationId: sent.id, content }))).then((told) => {
      if (told === 'unknown' || (told === 'done' && world.isDegraded())) return;
      if (told === 'done') world.onEdited(sent, content);
      else sent.refusedIn = refusedIn;
      sent.editing = null;
    });
    return `edit "${before}" to "${content}"`;
  },
} satisfies Record<string, (world: World, tabs: readonly SimTab[], sent: NonNullable<ReturnType<typeof waitingOf>>) => string | null>;

const BUTTONS = ['retry', 'retry', 'retryAll', 'discard', 'edit'] as const;

/** See the head of the file. */
export const sendingActions = {
  refuse: (world, { a, b, c }) => {
    const kind = choose(KINDS, a) as (typeof KINDS)[number];
    const refusal = (choose(REFUSALS, b) as (salt: number) => Refusal)(c);
    const times = 1 + (c % 3);
    for (let i = 0; i < times; i++) world.network.addFault(kind, refusal);
    return `the next ${times} ${kind} requests are answered ${JSON.stringify(refusal)}`;
  },
  revokeToken: (world) => {
    world.network.revokeToken();
    return 'the token is not good any more, and the link stays';
  },
  answerToken: (world, { a, b, c }) => {
    const answer = { with: choose(['now', 'now', 'old', 'none', 'never'] as const, a) as 'now', afterMs: b % (c % 2 === 0 ? 500 : 50_000) };
    for (let i = 0; i <= c % 3; i++) world.tokenAnswers.add(answer);
    return `the next ${1 + (c % 3)} tabs that are asked for a token answer ${JSON.stringify(answer)}`;
  },
  leaveAsked: (world, { a, b }) => {
    const tab = choose(world.tabs.filter((each) => each.isAsked()), a);
    if (!tab) return null;
    const text = `${tabName(world, tab)}, which was asked for a token, ${b % 2 === 0 ? 'closes' : 'crashes'}`;
    world.removeTab(tab, b % 2 === 0);
    return text;
  },
  comeBack: (world, { a, b }) => {
    const tab = choose(pressers(world), a);
    if (!tab) return null;
    if (![...world.mirror.queue.values()].some((operation) => operation._errorCode === 'OFFLINE')) {
      for (let i = 0; i < 5; i++) world.network.addFault('send', { kind: 'offline' });
      return 'the next 5 send requests get lost';
    }
    tab.report(b % 2 === 0 ? { online: false } : { visible: false, focused: false });
    if (tab.report({ visible: true, focused: true, online: true })) expectWake(world, tab);
    return `${tabName(world, tab)} is away for a moment`;
  },
  pressTogether: (world, { a, b }) => {
    const tabs = pressers(world);
    const sent = waitingOf(world, b);
    const done = sent && tabs.length > 0 ? together[choose(BUTTONS, a) as (typeof BUTTONS)[number]](world, tabs, sent) : null;
    return done === null || done === undefined ? null : `${tabs.map((tab) => tabName(world, tab)).join(', ')} at once: ${done}`;
  },
} satisfies Partial<Record<ActionKind, Perform>>;
