/** At the top of the inspector: what is wrong, if anything, and where. */
import type { ReactNode } from 'react';
import type { InspectReport } from 'tabcached';
import { linkTo } from '../routing/use-place.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import { glance } from './glance.ts';

/** See the file. */
export function GlancePanel({ report, subjectOf }: { readonly report: InspectReport; subjectOf(requestId: string): string }): ReactNode {
  const { username } = useOpenDesk();
  return (
    <section className="panel" aria-label="At a glance">
      <ul className="glance">
        {glance(report).map(({ tone, text, requestId }, at) => (
          <li key={at} data-tone={tone}>
            {requestId && (
              <a title={subjectOf(requestId)} {...linkTo({ as: username, ticket: requestId })}>
                {subjectOf(requestId)}
              </a>
            )}
            <span>{text}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
