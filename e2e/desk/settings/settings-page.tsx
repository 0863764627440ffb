/** Storage under the control of the person whose disk it is: what the cache takes, and giving it back. */
import type { ReactNode } from 'react';
import type { CacheStats, CacheUsage } from 'tabcached';
import { useOpenDesk } from '../session/desk-context.ts';
import { fullText, relativeText } from '../time/time-text.ts';
import { useNow } from '../time/use-now.ts';
import { bytesText } from './bytes-text.ts';
import { ChatTable } from './chat-table.tsx';
import { ClearCache } from './clear-cache.tsx';
import { DownloadAll } from './download-all.tsx';
import { Limits } from './limits.tsx';
import { PinnedList } from './pinned-list.tsx';
import { useUsage } from './use-usage.ts';

const number = new Intl.NumberFormat('en-GB');

/** See the file. */
export function SettingsPage(): ReactNode {
  const { client } = useOpenDesk();
  const { stats, usage, download, problem, refresh } = useUsage(client);
  return (
    <main className="panel-page" aria-label="Storage settings">
      <h1>Storage</h1>
      {problem && (
        <p className="panel-page__problem" role="alert">
          {problem}{' '}
          <button type="button" className="button button--small" onClick={refresh}>
            Try again
          </button>
        </p>
      )}
      {usage && stats ? (
        <>
          <section className="panel" aria-label="Usage">
            <UsageBar usage={usage} />
            <Numbers stats={stats} usage={usage} />
          </section>
          <div className="panel-row">
            <ClearCache client={client} onDone={refresh} />
            <DownloadAll client={client} state={download} onDone={refresh} />
          </div>
          <div className="panel-row">
            <Limits client={client} usage={usage} onDone={refresh} />
            <PinnedList client={client} round={stats.updatedAt} subjectOf={(requestId) => usage.chats.find((chat) => chat.requestId === requestId)?.subject ?? requestId.slice(0, 8)} />
          </div>
          <ChatTable chats={usage.chats} client={client} onDone={refresh} />
        </>
      ) : (
        !problem && <p className="panel-page__wait">Counting…</p>
      )}
    </main>
  );
}

function UsageBar({ usage }: { readonly usage: CacheUsage }): ReactNode {
  const { usagePercent, totalBytes, limitBytes } = usage;
  const tone = usagePercent >= 90 ? 'attention' : usagePercent >= 80 ? 'caution' : 'calm';
  return (
    <div className="usage" data-tone={tone}>
      <p className="usage__text">
        <strong>{usagePercent < 0.1 && totalBytes > 0 ? '< 0.1' : usagePercent} %</strong> of {bytesText(limitBytes)} used
      </p>
      <div className="usage__bar" role="meter" aria-label="Usage" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.min(100, usagePercent)}>
        {totalBytes > 0 && <span style={{ inlineSize: `${Math.min(100, usagePercent)}%` }} />}
      </div>
      <div className="usage__parts">
        <Share name="Messages" bytes={usage.messagesSize} limitBytes={usage.limits.messageBudgetBytes} />
        <Share name="Media" bytes={usage.mediaSize} limitBytes={usage.limits.budgetBytes} />
      </div>
    </div>
  );
}

/** One of the two budgets, and how much of it is used. */
function Share({ name, bytes, limitBytes }: { readonly name: string; readonly bytes: number; readonly limitBytes: number }): ReactNode {
  const percent = limitBytes === 0 ? 100 : Math.min(100, (100 * bytes) / limitBytes);
  const tone = percent >= 90 ? 'attention' : percent >= 80 ? 'caution' : 'calm';
  return (
    <div className="usage" data-tone={tone}>
      <p className="table__note">
        {name}: {bytesText(bytes)} of {bytesText(limitBytes)}
      </p>
      <div className="usage__bar usage__bar--thin" role="meter" aria-label={`${name}, share of their limit`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(percent)}>
        {bytes > 0 && <span style={{ inlineSize: `${percent}%` }} />}
      </div>
    </div>
  );
}

function Numbers({ stats, usage }: { readonly stats: CacheStats; readonly usage: CacheUsage }): ReactNode {
  const now = useNow();
  const asked = stats.cacheHits + stats.cacheMisses;
  const syncedAt = Math.max(stats.lastFullSync ?? 0, stats.lastDeltaSync ?? 0);
  return (
    <dl className="numbers">
      <Figure name="Total" value={bytesText(usage.totalBytes)} />
      <Figure name="Messages" value={bytesText(stats.messagesSize)} note={`${number.format(stats.messageCount)} in ${number.format(stats.chatCount)} chats`} />
      <Figure name="Media" value={bytesText(stats.mediaSize)} note={stats.mediaCount === 1 ? '1 file' : `${number.format(stats.mediaCount)} files`} />
      <Figure name="Hit rate" value={asked === 0 ? '–' : `${stats.hitRate.toFixed(0)} %`} note={asked === 0 ? 'nothing opened yet' : `of ${number.format(asked)} chats and files asked for`} />
      <Figure name="Last sync" value={syncedAt === 0 ? 'never' : relativeText(syncedAt, now)} {...(syncedAt === 0 ? {} : { note: fullText(syncedAt) })} />
      <Figure name="Waiting to be sent" value={number.format(stats.pendingOperations)} />
    </dl>
  );
}

const Figure = ({ name, value, note }: { readonly name: string; readonly value: string; readonly note?: string }): ReactNode => (
  <div className="numbers__item">
    <dt>{name}</dt>
    <dd>{value}</dd>
    {note && <dd className="numbers__note">{note}</dd>}
  </div>
);
