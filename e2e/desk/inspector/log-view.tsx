/** The daemon's log: its last lines, by level, exported as a file; and the flight recorder's. Lines hold neither message text nor tokens. */
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import type { Client, LogEntry } from 'tabcached';
import { ActionButton } from './action-button.tsx';
import { exportFile, toLines } from './export-file.ts';

const SHOWN = 100;
const levels = ['debug', 'info', 'warn', 'error'] as const;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

/** See the file. Read when it is opened and when asked to. */
export function LogView({ client }: { readonly client: Client }): ReactNode {
  const [entries, setEntries] = useState<readonly LogEntry[]>([]);
  const [least, setLeast] = useState<LogEntry['level']>('info');
  const read = useCallback(() => void client.log().then(setEntries, () => undefined), [client]);
  useEffect(read, [read]);
  const chosen = entries.filter(({ level }) => levels.indexOf(level) >= levels.indexOf(least));
  return (
    <section className="panel" aria-label="Log">
      <div className="panel__head">
        <h2>Log</h2>
        <select aria-label="Least level" value={least} onChange={(event) => setLeast(event.target.value as LogEntry['level'])}>
          {levels.map((level) => (
            <option key={level} value={level}>
              {level === 'error' ? 'errors' : `${level} and worse`}
            </option>
          ))}
        </select>
        <button type="button" className="button button--small" onClick={read}>
          Read again
        </button>
        <button type="button" className="button button--small" disabled={entries.length === 0} onClick={() => exportFile('tabcached-log.jsonl', toLines(entries))}>
          Export
        </button>
        <ActionButton
          name="Export recording"
          run={async () => {
            exportFile('tabcached-flight.jsonl', toLines(await client.flight()));
            return 'exported';
          }}
        />
      </div>
      {chosen.length === 0 && <p className="panel__hint">No line of this level.</p>}
      <ol className="feed" aria-label="Lines">
        {chosen.slice(-SHOWN).toReversed().map((entry, at) => (
          <li key={`${entry.at} ${at}`} data-level={entry.level}>
            <time dateTime={new Date(entry.at).toISOString()}>{clock.format(entry.at)}</time>
            <span className="feed__kind">{entry.level}</span>
            <span>
              {entry.event} <span className="table__note">{factsText(entry)}</span>
            </span>
            <span className="table__note">{entry.trace}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The trace stands at the end of the line. */
const factsText = ({ fields: { trace: _, ...facts } }: LogEntry): string => (Object.keys(facts).length === 0 ? '' : JSON.stringify(facts));
