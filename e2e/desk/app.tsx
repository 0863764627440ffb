/** From the address to a screen: choosing a person, opening their desk, the desk, or why it does not open. */
import { useCallback, useState, type ReactNode } from 'react';
import { Desk } from './desk.tsx';
import type { PageName } from './routing/place.ts';
import { goTo, usePlace } from './routing/use-place.ts';
import { PeoplePage } from './session/people-page.tsx';
import { signedOutText } from './session/sign-out-text.ts';
import { useDesk } from './session/use-desk.ts';

/** The whole application. */
export function App(): ReactNode {
  const { as, ticket, page = null } = usePlace();
  const [farewell, setFarewell] = useState<ReturnType<typeof signedOutText> | null>(null);
  const leave = useCallback((left: readonly string[]) => {
    setFarewell(signedOutText(left));
    goTo({ as: null, ticket: null });
  }, []);
  if (as === null) return <PeoplePage {...(farewell ? { notice: farewell } : {})} />;
  return <PersonsDesk key={as} username={as} ticket={ticket} page={page} onSignedOut={leave} />;
}

interface PersonsDeskProps {
  readonly username: string;
  readonly ticket: string | null;
  readonly page: PageName | null;
  onSignedOut(left: readonly string[]): void;
}

function PersonsDesk({ username, ticket, page, onSignedOut }: PersonsDeskProps): ReactNode {
  const state = useDesk(username);
  if (state.phase === 'open') return <Desk open={state.desk} ticket={ticket} page={page} onSignedOut={onSignedOut} />;
  if (state.phase === 'opening') {
    return (
      <main className="opening" aria-busy="true">
        <span className="spinner" aria-hidden="true" />
        Opening the desk
      </main>
    );
  }
  const { failure, retry } = state;
  if (failure.unknownUser) return <PeoplePage notice={failure} />;
  return (
    <main className="notice notice--page" role="alert">
      <h1>{failure.title}</h1>
      <p>{failure.detail}</p>
      <button type="button" className="button button--primary" onClick={retry}>
        Try again
      </button>
    </main>
  );
}
