/** What the daemon does, in one look: why is this chat stale, where is my message, who is connected. */
import type { ReactNode } from 'react';
import type { Client, Inspection, InspectReport } from 'tabcached';
import { useOpenDesk } from '../session/desk-context.ts';
import { bytesText } from '../settings/bytes-text.ts';
import { ChatList } from './chat-list.tsx';
import { DownloadList, EvictionList } from './download-list.tsx';
import { durationText } from './duration-text.ts';
import { GlancePanel } from './glance-panel.tsx';
import { LaneList } from './lane-list.tsx';
import { LogView } from './log-view.tsx';
import { UpdateFeed } from './update-feed.tsx';
import { useInspection } from './use-inspection.ts';

/** See the file. */
export function InspectorPage(): ReactNode {
  const { client } = useOpenDesk();
  const { report, problem, refresh } = useInspection(client);
  const subjectOf = (requestId: string): string => report?.chats.find((chat) => chat.requestId === requestId)?.subject ?? requestId.slice(0, 8);
  return (
    <main className="panel-page" aria-label="Inspector">
      <h1>Inspector</h1>
      {problem && (
        <p className="panel-page__problem" role="alert">
          The daemon does not answer: {problem}
        </p>
      )}
      {report ? (
        <>
          <GlancePanel report={report} subjectOf={subjectOf} />
          <div className="panel-row">
            <DaemonPanel report={report} />
            <TabsPanel report={report} client={client} subjectOf={subjectOf} />
          </div>
          <LaneList lanes={report.lanes} chats={report.chats} now={report.at} client={client} onDone={refresh} />
          <ChatList chats={report.chats} now={report.at} client={client} onDone={refresh} />
          <div className="panel-row">
            <DownloadList downloads={report.downloads} subjectOf={subjectOf} />
            <EvictionList report={report} subjectOf={subjectOf} />
          </div>
        </>
      ) : (
        !problem && <p className="panel-page__wait">Asking the daemon…</p>
      )}
      <div className="panel-row">
        <UpdateFeed client={client} />
        <LogView client={client} />
      </div>
    </main>
  );
}

function DaemonPanel({ report }: { readonly report: Inspection }): ReactNode {
  const { link, storage } = report;
  const facts: readonly (readonly [string, string])[] = [
    ['Host', report.host],
    ['Epoch', report.epoch],
    ['Build', `${report.buildId}, generation ${report.generation}`],
    ['Up for', durationText(report.uptimeMs)],
    ['Push link', link.needsToken ? 'waits for a token' : link.attached ? 'attached' : 'down'],
    ['Storage', storage.kind === 'memory' ? 'memory only: nothing survives' : storage.backlog > 0 ? `IndexedDB, ${storage.backlog} changes to write` : 'IndexedDB'],
    ['Browser’s account', storage.usageBytes === null || storage.quotaBytes === null ? 'not told' : `${bytesText(storage.usageBytes)} of ${bytesText(storage.quotaBytes)}`],
  ];
  return (
    <section className="panel" aria-label="Daemon">
      <h2>Daemon</h2>
      <dl className="daemon-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={value}>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function TabsPanel({ report, client, subjectOf }: { readonly report: InspectReport; readonly client: Client; subjectOf(requestId: string): string }): ReactNode {
  return (
    <section className="panel" aria-label="Tabs">
      <h2>
        Tabs <span className="panel__count">{report.tabs.length}</span>
      </h2>
      <ul className="tabs-list">
        {report.tabs.map((tab) => (
          <li key={tab.tabId} data-self={tab.tabId === client.tabId}>
            <code>{tab.tabId.slice(0, 6)}</code>
            <span className="chip" data-tone={tab.focused ? 'good' : 'quiet'}>
              {tab.focused ? 'focused' : tab.visible ? 'visible' : 'hidden'}
            </span>
            <span className="chip" data-tone={tab.lease === null ? 'attention' : 'quiet'} title={tab.lease ?? 'Its lock is free: it is gone, and forgotten in a moment.'}>
              {tab.lease === null ? 'lease lost' : 'lease held'}
            </span>
            {tab.behind && (
              <span className="chip" data-tone="caution">
                behind
              </span>
            )}
            <span className="tabs-list__shows">{tab.shows.length === 0 ? 'no chat' : tab.shows.map(subjectOf).join(', ')}</span>
            {tab.tabId === client.tabId && <span className="table__note">this tab</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
