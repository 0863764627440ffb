/** The broadcast updates as they come: filtered, paused, exported. */
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Client, Update } from 'tabcached';
import { exportFile, toLines } from './export-file.ts';
import { updateText } from './update-text.ts';

const KEPT = 500;
const SHOWN = 100;
const kinds = ['messages', 'tickets', 'outbox', 'read', 'sync', 'host'] as const;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

/** See the file. While it is paused, updates are kept and shown afterwards. */
export function UpdateFeed({ client }: { readonly client: Client }): ReactNode {
  const heard = useRef<Update[]>([]);
  const [shown, setShown] = useState<readonly Update[]>([]);
  const [paused, setPaused] = useState(false);
  const [kind, setKind] = useState<string>('');
  useEffect(
    () =>
      client.updates.subscribe((update) => {
        heard.current = [...heard.current.slice(1 - KEPT), update];
        if (!paused) setShown(heard.current);
      }),
    [client, paused],
  );
  const chosen = shown.filter((update) => kind === '' || update.kind === kind);
  const pause = (): void => {
    setPaused(!paused);
    setShown(heard.current);
  };
  return (
    <section className="panel" aria-label="Updates">
      <div className="panel__head">
        <h2>Updates</h2>
        <select aria-label="Kind of update" value={kind} onChange={(event) => setKind(event.target.value)}>
          <option value="">all kinds</option>
          {kinds.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button type="button" className="button button--small" aria-pressed={paused} onClick={pause}>
          {paused ? 'Resume' : 'Pause'}
        </button>
        <button type="button" className="button button--small" disabled={chosen.length === 0} onClick={() => exportFile('tabcached-updates.jsonl', toLines(chosen))}>
          Export
        </button>
      </div>
      {chosen.length === 0 && <p className="panel__hint">Nothing has changed since this page was opened.</p>}
      <ol className="feed" aria-label="Feed">
        {chosen.slice(-SHOWN).toReversed().map((update) => (
          <li key={`${update.epoch} ${update.n}`}>
            <time dateTime={new Date(update.at).toISOString()}>{clock.format(update.at)}</time>
            <span className="feed__kind">{update.kind}</span>
            <span>{updateText(update)}</span>
            <span className="table__note">{update.n}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
