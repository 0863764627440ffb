/** A chat's history as a bar: held, gap, void, in doubt, unknown, in the order of their sequences. */
import type { ReactNode } from 'react';
import type { HistoryPart } from 'tabcached';

const names: { readonly [Kind in HistoryPart['kind']]: string } = {
  held: 'held',
  gap: 'known to be missing',
  void: 'nothing there',
  unverified: 'held, not confirmed yet',
  unknown: 'never asked for',
};

/** See the file. The text form says the same to those who cannot see it. */
export function HistoryBar({ parts, text }: { readonly parts: readonly HistoryPart[]; readonly text: string }): ReactNode {
  return (
    <div className="history-bar" role="img" aria-label={text}>
      {parts.map(({ kind, startSeq, endSeq }) => {
        const span = startSeq === endSeq ? `${startSeq}` : `${startSeq} to ${endSeq}`;
        return <span key={startSeq} data-kind={kind} style={{ flexGrow: endSeq - startSeq + 1 }} title={`${span}: ${names[kind]}`} />;
      })}
    </div>
  );
}

/** What the colours mean. */
export const HistoryLegend = (): ReactNode => (
  <ul className="history-legend" aria-hidden="true">
    {(Object.keys(names) as HistoryPart['kind'][]).map((kind) => (
      <li key={kind}>
        <span data-kind={kind} /> {names[kind]}
      </li>
    ))}
  </ul>
);
