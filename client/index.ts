/** `tabcached`: the tab's side. Importing it does nothing; `connect` is where it begins. */
export type { CacheControl } from './api/cache.ts';
export type { ChatView, ChatViewState, Outgoing } from './api/chat.ts';
export type { Inspection } from './api/inspection.ts';
export type { MediaHints, MediaView, MediaViewState } from './api/media.ts';
export type { Outbox, OutboxLane, OutboxState } from './api/outbox.ts';
export type { Readable } from './api/readable.ts';
export type { ClientStatus, HostKind, Superseded } from './api/status.ts';
export type { CalledForward, Tabs, TabsState, TabState } from './api/tabs.ts';
export type { TicketsState } from './api/tickets.ts';
export type { Client, ConnectOptions } from './client.ts';
export type { CacheSize, MediaError, MediaPriority, MediaState, PinnedMedia } from '../protocol/media.ts';
export { connect } from './connect.ts';
export { observeUpdates } from './observe-updates.ts';
export type { DaemonStats, SendReceipt, VerifyReport } from '../protocol/daemon-api.ts';
export type {
  CacheLimits,
  CacheUsage,
  ChatUsage,
  ClearReport,
  DownloadAllState,
  Eviction,
  HistoryPart,
  InspectedChat,
  InspectedDownload,
  InspectedLane,
  InspectedTab,
  InspectReport,
  LogEntry,
} from '../protocol/inspect.ts';
export type { FlightLine } from '../protocol/flight.ts';
export type { Metric, MetricName } from '../protocol/metrics.ts';
export type { SignOutReport } from '../protocol/sign-out.ts';
export type { Notice, TabInfo } from '../protocol/tabs.ts';
export { TabcachedError } from '../protocol/errors.ts';
export type { ErrorCode } from '../protocol/errors.ts';
export type { OutboxOperation, OutboxPause, RefusalContext } from '../protocol/outbox.ts';
export type { CachedMessage, CachedTicket, CacheStats, Sender } from '../protocol/records.ts';
export type { LinkState, StorageState, Update } from '../protocol/updates.ts';
export { isProvisional, rowKey } from '../protocol/views.ts';
export type { Anchor, ChatItem, ChatMeta, ChatState, HostState, LaneState, Window } from '../protocol/views.ts';
