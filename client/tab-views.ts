/**
 * All views of a tab: the ticket list, the chats, the outbox, the statistics, files.
 *
 * Owns: which frame goes to which view. It is loaded beside the handshake and not with the first bundle, because nothing can be
 * shown before a daemon has answered.
 */
import { ownedPrefix } from '../protocol/names.ts';
import type { MediaFrame } from '../protocol/media.ts';
import type { DownloadAllState } from '../protocol/inspect.ts';
import type { CacheStats } from '../protocol/records.ts';
import type { OutboxPatch } from '../protocol/outbox.ts';
import type { CalledFrame, NoticeFrame, TabsFrame } from '../protocol/tabs.ts';
import type { ChatPatch, PersistFrame, StaleViews, StatsFrame, TicketsPatch } from '../protocol/views.ts';
import { createChats, type Chats } from './chats.ts';
import type { MediaHints, MediaView } from './api/media.ts';
import type { Outbox } from './api/outbox.ts';
import type { Tabs } from './api/tabs.ts';
import type { TicketsState } from './api/tickets.ts';
import type { Client } from './client.ts';
import type { LoadedEnvironment } from './env.ts';
import { createLeftSends } from './left-sends.ts';
import type { MediaCall } from './media-call.ts';
import type { MediaFiles } from './media-files.ts';
import type { Metrics } from './metrics.ts';
import { createMediaView } from './media-view.ts';
import { createNoticeReceiver } from './notices.ts';
import { createOtherTabs } from './other-tabs.ts';
import { createOutboxView } from './outbox-view.ts';
import type { Source } from './source.ts';
import { createStatsView } from './stats-view.ts';
import { createTicketsView } from './tickets-view.ts';

/** The views and the wires that the client pulls. */
export interface TabViews {
  readonly tickets: Source<TicketsState>;
  readonly stats: Source<CacheStats | null>;
  readonly outbox: Outbox;
  readonly tabs: Tabs;
  readonly notices: Client['notices'];
  readonly download: Source<DownloadAllState | null>;
  readonly chat: Chats['chat'];
  media(requestId: string, filename: string, hints: MediaHints): MediaView;
  receive(frame: ChatPatch | TicketsPatch | StaleViews | StatsFrame | MediaFrame | OutboxPatch | PersistFrame | TabsFrame | NoticeFrame | CalledFrame): void;
  /** A session is up: open what is watched. */
  up(): void;
  /** The page goes away, and the session after this. */
  hide(): void;
  /** The daemon is gone: what it was asked is void. */
  down(): void;
  /** The user signed out: nothing is shown any more. With `wiped`, what this tab keeps in its storage goes as well. */
  forget(wiped: boolean): void;
}

/** Views of which none is open. `isUp` tells whether a daemon is there. */
export function createTabViews(env: LoadedEnvironment, userId: string, tabId: string, deadlineMs: number, metrics: Metrics, isUp: () => boolean): TabViews {
  const left = createLeftSends(env.later.local, userId, tabId, metrics.call);
  const { call } = left;
  const chats = createChats(env, deadlineMs, { ...metrics, call }, isUp);
  const tickets = createTicketsView(env, deadlineMs, call, isUp);
  const stats = createStatsView(env, deadlineMs, call, isUp);
  const mediaCall = call as MediaCall;
  let files: MediaFiles | null = null;
  let loading: Promise<MediaFiles> | null = null;
  const loadFiles = (): Promise<MediaFiles> =>
    (loading ??= import('./media-files.ts').then(
      ({ createMediaFiles }) => (files = createMediaFiles(env, deadlineMs, mediaCall, isUp)),
      (thrown: unknown) => {
        loading = null;
        throw thrown;
      },
    ));
  const outbox = createOutboxView(env, deadlineMs, call, isUp);
  const tabs = createOtherTabs(env, tabId, deadlineMs, call, isUp);
  const notices = createNoticeReceiver(env, deadlineMs, call, isUp);
  return {
    outbox: outbox.outbox,
    tabs: tabs.tabs,
    notices: { subscribe: notices.subscribe },
    tickets: tickets.source,
    stats: stats.source,
    download: stats.download,
    chat: chats.chat,
    media: (requestId, filename, hints) => createMediaView(loadFiles, mediaCall, requestId, filename, hints),
    receive: (frame) => {
      if (frame.t === 'chat') chats.receive(frame);
      else if (frame.t === 'tickets') tickets.receive(frame);
      else if (frame.t === 'stats') stats.receive(frame);
      else if (frame.t === 'media') {
        metrics.mediaTold(frame);
        files?.receive(frame);
      }
      else if (frame.t === 'outbox') outbox.receive(frame);
      else if (frame.t === 'tabs' || frame.t === 'called') tabs.receive(frame);
      else if (frame.t === 'notice') notices.receive(frame);
      else if (frame.t === 'persist') env.later.askPersistence();
      else {
        chats.stale(frame.requestIds);
        if (frame.tickets) tickets.live.reopen();
        if (frame.outbox) outbox.live.reopen();
      }
    },
    up: () => {
      left.up();
      tickets.live.up();
      stats.live.up();
      outbox.live.up();
      tabs.live.up();
      notices.live.up();
      chats.up();
      files?.up();
    },
    hide: () => {
      chats.hide();
      left.hide();
    },
    down: () => {
      left.down();
      tickets.live.down();
      stats.live.down();
      outbox.live.down();
      tabs.live.down();
      notices.live.down();
      chats.down();
      files?.down();
    },
    forget: (wiped) => {
      left.forget();
      tickets.forget();
      stats.forget();
      chats.forget();
      outbox.forget();
      tabs.forget();
      notices.forget();
      files?.forget();
      if (wiped) env.later.removeKeys(ownedPrefix(userId));
    },
  };
}
