/** A hole in what is held, shown as one, with the means to fill it. */
import { useState, type ReactNode } from 'react';
import type { ChatView } from 'tabcached';
import type { GapRow } from './rows.ts';

const number = new Intl.NumberFormat('en-GB');

/** See the file. */
export function GapDivider({ row, view }: { readonly row: GapRow; readonly view: ChatView }): ReactNode {
  const [state, setState] = useState<'idle' | 'loading' | 'failed'>('idle');
  const count = row.endSeq - row.startSeq + 1;
  const load = (): void => {
    setState('loading');
    view.fillGap(row).then(
      () => setState('idle'),
      () => setState('failed'),
    );
  };
  const missing = `${number.format(count)} ${count === 1 ? 'message' : 'messages'} not loaded`;
  return (
    <div className="row">
      <div className="gap" role="group" aria-label={missing}>
        <span className="gap__text">
          {missing}
          {state === 'failed' && <span role="alert"> · could not be loaded</span>}
        </span>
        <button type="button" className="button button--small" disabled={state === 'loading'} onClick={load}>
          {state === 'loading' ? 'Loading…' : 'Load'}
        </button>
      </div>
    </div>
  );
}
