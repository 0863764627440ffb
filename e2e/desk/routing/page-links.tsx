/** The links to the pages beside the tickets; the one that is open leads back. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from '../icons/icon.tsx';
import { useOpenDesk } from '../session/desk-context.ts';
import type { PageName } from './place.ts';
import { linkTo } from './use-place.ts';

const pages: readonly { readonly name: PageName; readonly title: string; readonly icon: IconName }[] = [
  { name: 'inspector', title: 'Inspector', icon: 'gauge' },
  { name: 'settings', title: 'Storage settings', icon: 'storage' },
];

/** See the file. */
export function PageLinks({ page, ticket }: { readonly page: PageName | null; readonly ticket: string | null }): ReactNode {
  const { username } = useOpenDesk();
  return (
    <nav className="page-links" aria-label="Pages">
      {pages.map(({ name, title, icon }) => (
        <a
          key={name}
          className="icon-button"
          aria-label={title}
          title={title}
          aria-current={name === page ? 'page' : undefined}
          {...linkTo({ as: username, ticket, page: name === page ? null : name })}
        >
          <Icon name={icon} />
        </a>
      ))}
    </nav>
  );
}
