/**
 * Recorded calls made again in a world.
 *
 * Owns: which call of a tab is which action. Calls about files, inspection and clearing are not made again.
 */
import type { Anchor, TabReport } from '../../protocol/index.ts';
import { discardSent, editSent, sendFrom } from './perform-tabs.ts';
import type { LineOf } from './replay-recording.ts';
import type { SimTab } from './sim-tab.ts';
import type { World } from './world.ts';

const ignore = (): void => undefined;

/** Tabs of the recording and those that stand for them. */
export type ReplayTabs = Map<string, SimTab>;

/** Makes a call again, once its tab is connected. `sequenceOf` translates a recorded sequence into the world's. */
export function performCall(world: World, tabs: ReplayTabs, call: LineOf<'call'>, sequenceOf: (requestId: string, seq: number) => number): void {
  const { input } = call;
  let tab = tabs.get(call.tab);
  if (!tab) {
    // The recording may begin after its hello.
    const opened = world.openTab();
    if (!opened) return;
    tabs.set(call.tab, (tab = opened));
  }
  const own = tab;
  if (call.name === 'hello') {
    own.onceReady(() => own.report((input['report'] ?? {}) as Partial<TabReport>));
    return;
  }
  if (call.name === 'bye') {
    tabs.delete(call.tab);
    world.removeTab(own, true);
    return;
  }
  own.onceReady(() => act(world, own, call, sequenceOf));
}

function act(world: World, tab: SimTab, { name, input }: LineOf<'call'>, sequenceOf: (requestId: string, seq: number) => number): void {
  const requestId = String(input['requestId']);
  const sent = world.sent.all.get(String(input['operationId']));
  const text = String(input['text'] ?? '');
  if (input['requestId'] !== undefined && !world.server.chats.has(requestId)) return;
  switch (name) {
    case 'report':
      return void tab.report(input as Partial<TabReport>);
    case 'openChat': {
      const anchor = input['anchor'] as Anchor;
      return void tab.openChat(requestId, typeof anchor === 'number' ? Math.max(1, sequenceOf(requestId, anchor)) : anchor);
    }
    case 'closeChat':
      return tab.closeChat(requestId);
    case 'loadPage': {
      const chat = tab.chats.get(requestId);
      const gap = chat?.core()?.meta.gaps.at(-1);
      const direction = input['direction'] as 'older' | 'newer' | 'gap';
      if (!chat?.core() || (direction === 'gap' && !gap)) return;
      return void chat.load(direction, direction === 'gap' ? gap : undefined).catch(ignore);
    }
    case 'syncChat':
      return void tab.call('syncChat', { requestId }).catch(ignore);
    case 'send': {
      const known = world.sent.all.get(String(input['clientTempId']));
      if (text === '' || known?.discarded || known?.discarding) return;
      return sendFrom(world, tab, known ?? world.sent.press(String(input['clientTempId']), requestId, text));
    }
    case 'retry':
      if (!sent) return;
      world.sent.decide(sent);
      return void tab.call('retry', { operationId: sent.id }).catch(ignore);
    case 'retryAll':
      for (const each of world.sent.all.values()) world.sent.decide(each);
      return void tab.call('retryAll', {}).catch(ignore);
    case 'edit':
      if (sent && text !== '') editSent(world, tab, sent, text);
      return;
    case 'discard':
      if (sent) discardSent(world, tab, sent);
      return;
    case 'markRead':
      return void tab.call('markRead', { requestId, upToSequence: Math.max(1, sequenceOf(requestId, Number(input['upToSequence']))) }).catch(ignore);
    case 'saveDraft':
      return void tab.call('saveDraft', { requestId, text }).catch(ignore);
  }
}
