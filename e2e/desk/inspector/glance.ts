/** The inspector's answer in a few lines: is anything wrong, why is a chat stale, where is a message. Pure over a report. */
import type { InspectedChat, InspectedLane, InspectReport } from 'tabcached';
import { toneOf } from './choose-chats.ts';
import { waitText } from './wait-text.ts';

/** A line; `requestId` is the chat that it is about. */
export interface GlanceLine {
  readonly tone: 'good' | 'quiet' | 'caution' | 'attention';
  readonly text: string;
  readonly requestId: string | null;
}

/** Lanes, and chats, that are named one by one. */
const NAMED = 3;

const messages = (count: number): string => (count === 1 ? '1 message' : `${count} messages`);
const because = (error: string | null): string => (error ? ` (${error})` : '');

function ofLink({ link, storage }: InspectReport): readonly GlanceLine[] {
  const lines: GlanceLine[] = [];
  if (storage.kind === 'memory') lines.push({ tone: 'attention', text: 'Only memory is left to store in: what is written now is lost with the last tab.', requestId: null });
  if (link.needsToken) lines.push({ tone: 'attention', text: 'The server wants another token: nothing is fetched or sent until somebody signs in.', requestId: null });
  else if (!link.attached) lines.push({ tone: 'caution', text: 'The push link is down: chats may be out of date, and messages wait until it is back.', requestId: null });
  return lines;
}

function ofLane({ requestId, operations }: InspectedLane, now: number): readonly GlanceLine[] {
  const [first, ...rest] = operations.filter(({ type }) => type === 'send_message');
  if (!first) return [];
  const behind = rest.length === 0 ? '' : `, and ${messages(rest.length)} behind it`;
  if (first.status === 'failed') return [{ tone: 'attention', text: `1 message was refused${because(first.lastError)} and waits for a decision${behind}.`, requestId }];
  return [{ tone: first.retryCount > 0 ? 'caution' : 'quiet', text: `1 message waits for ${waitText(first, false, 0, now)}${because(first.lastError)}${behind}.`, requestId }];
}

const ofChat = ({ requestId, state, why }: InspectedChat): GlanceLine => ({ tone: toneOf(state), text: `${state}: ${why}`, requestId });

const shorten = (lines: readonly GlanceLine[], what: string): readonly GlanceLine[] =>
  lines.length <= NAMED ? lines : [...lines.slice(0, NAMED), { tone: 'quiet', text: `${lines.length - NAMED} more ${what} below.`, requestId: null }];

const rank = { attention: 0, caution: 1, quiet: 2, good: 3 } as const;
const byTone = (a: GlanceLine, b: GlanceLine): number => rank[a.tone] - rank[b.tone];

/** The lines: what concerns everything, then messages, then chats. */
export function glance(report: InspectReport): readonly GlanceLine[] {
  const { lanes, chats, at } = report;
  const waiting = lanes.flatMap((lane) => ofLane(lane, at)).toSorted(byTone);
  const shown = chats.filter(({ watchers }) => watchers > 0);
  const late = shown.filter(({ state }) => state !== 'SYNCED').map(ofChat).toSorted(byTone);
  return [
    ...ofLink(report),
    ...(waiting.length === 0 ? [{ tone: 'good', text: 'Nothing waits to be sent.', requestId: null } as const] : shorten(waiting, 'chats with waiting messages are')),
    ...(late.length > 0
      ? shorten(late, 'chats are not up to date; they are')
      : [{ tone: 'good', text: shown.length === 0 ? 'No tab shows a chat.' : 'Every chat that a tab shows is up to date.', requestId: null } as const]),
  ];
}
