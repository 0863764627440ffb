/** Files on their way, and what was given up to make room. */
import type { ReactNode } from 'react';
import type { Eviction, InspectedDownload, InspectReport } from 'tabcached';
import { bytesText } from '../settings/bytes-text.ts';
import { durationText } from './duration-text.ts';

/** Entries that are drawn at once. */
const SHOWN = 50;

const tones = { queued: 'quiet', downloading: 'good', failed: 'attention', idle: 'quiet', completed: 'good' } as const;

type SubjectOf = (requestId: string) => string;

/** Files that are wanted and not there yet. */
export function DownloadList({ downloads, subjectOf }: { readonly downloads: readonly InspectedDownload[]; readonly subjectOf: SubjectOf }): ReactNode {
  return (
    <section className="panel panel--wide" aria-label="Downloads">
      <h2>
        Downloads <span className="panel__count">{downloads.length}</span>
      </h2>
      {downloads.length === 0 && <p className="panel__hint">No file is on its way.</p>}
      {downloads.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th>File</th>
              <th>Chat</th>
              <th>State</th>
              <th className="table__number">Size</th>
              <th>Why not</th>
            </tr>
          </thead>
          <tbody>
            {downloads.slice(0, SHOWN).map((file) => (
              <tr key={`${file.requestId} ${file.filename}`}>
                <td className="table__name">
                  {file.filename} {file.pinned && <span className="table__note">pinned</span>}
                </td>
                <td>
                  {subjectOf(file.requestId)} <span className="table__note">{file.watchers > 0 ? `in ${file.watchers === 1 ? '1 tab' : `${file.watchers} tabs`}` : 'on no screen'}</span>
                </td>
                <td>
                  <span className="chip" data-tone={tones[file.status]}>
                    {file.status === 'downloading' ? `${file.progress} %` : file.status}
                  </span>
                </td>
                <td className="table__number">{file.fileSize === null ? '–' : bytesText(file.fileSize)}</td>
                <td className="table__error">{file.error ? `${file.error.code}: ${file.error.message}` : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const reasons: { readonly [Reason in Eviction['reason']]: string } = {
  budget: 'the limit was nearly reached',
  room: 'a new file needed the place',
  quota: 'the browser’s own limit was nearly reached',
};

/** What went, newest first. */
export function EvictionList({ report, subjectOf }: { readonly report: InspectReport; readonly subjectOf: SubjectOf }): ReactNode {
  const { evictions, at } = report;
  const nameOf = ({ what, id }: Eviction): string => (what === 'messages' ? subjectOf(id) : `${id.slice(id.indexOf(':') + 1)} of ${subjectOf(id.slice(0, id.indexOf(':')))}`);
  return (
    <section className="panel" aria-label="Given up">
      <h2>
        Given up for room <span className="panel__count">{evictions.length}</span>
      </h2>
      {evictions.length === 0 && <p className="panel__hint">Nothing had to go in this life of the daemon.</p>}
      {evictions.length > 0 && (
        <ol className="feed" aria-label="Evictions">
          {evictions.slice(-SHOWN).toReversed().map((entry, index) => (
            <li key={`${entry.at} ${entry.id} ${index}`}>
              <time dateTime={new Date(entry.at).toISOString()}>{durationText(at - entry.at)} ago</time>
              <span className="feed__kind">{entry.what === 'file' ? 'file' : entry.rows === 1 ? '1 message' : `${entry.rows} messages`}</span>
              <span>
                {nameOf(entry)} <span className="table__note">{reasons[entry.reason]}</span>
              </span>
              <span className="table__note">{bytesText(entry.bytes)}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
