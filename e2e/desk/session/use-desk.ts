/**
 * The way from a username to a connected client.
 *
 * Owns: its steps and their failures. Does not know what is shown meanwhile.
 */
import { useCallback, useEffect, useState } from 'react';
import { connect, TabcachedError, type Client } from 'tabcached';
import { API_BASE, signIn } from '../api/api.ts';
import { ApiProblem } from '../api/problem.ts';
import { exposeClient } from './expose-client.ts';
import { chosenMediaStore } from './media-store.ts';
import { openSession } from './open-session.ts';
import { readSession, writeSession } from './saved-session.ts';
import { createTokenSource, type TokenSource } from './token-source.ts';

/** A desk that is open: who works at it, and with what. */
export interface OpenDesk {
  readonly username: string;
  readonly client: Client;
  readonly tokens: TokenSource;
}

/** Why a desk does not open, in words. `unknownUser`: choosing somebody else helps, trying again does not. */
interface DeskFailure {
  readonly title: string;
  readonly detail: string;
  readonly unknownUser: boolean;
}

/** Where the way has come to. */
export type DeskState =
  | { readonly phase: 'opening' }
  | { readonly phase: 'failed'; readonly failure: DeskFailure; retry(): void }
  | { readonly phase: 'open'; readonly desk: OpenDesk };

function describe(thrown: unknown, username: string): DeskFailure {
  if (thrown instanceof ApiProblem && (thrown.status === 404 || thrown.status === 400)) {
    return { title: `Nobody is called “${username}” here`, detail: 'Check the spelling, or choose somebody below.', unknownUser: true };
  }
  if (thrown instanceof ApiProblem && thrown.status === 0) {
    const detail = 'Nothing is cached for this person in this browser yet, so the first sign-in needs the server.';
    return { title: 'The server cannot be reached', detail, unknownUser: false };
  }
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof TabcachedError ? ` (${thrown.code})` : '';
  return { title: 'The desk could not be opened', detail: detail + code, unknownUser: false };
}

/** Opens the desk of a username, and closes it when the component goes or the username changes. */
export function useDesk(username: string): DeskState {
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<DeskState>({ phase: 'opening' });
  const again = useCallback(() => setAttempt((count) => count + 1), []);

  useEffect(() => {
    let over = false;
    let close = (): void => undefined;
    const run = async (): Promise<void> => {
      const session = await openSession(username);
      const tokens = createTokenSource({ session, signIn, read: readSession, write: writeSession, onOtherUser: () => !over && again() });
      const opened = await connect({ userId: session.userId, backend: API_BASE, getToken: tokens.getToken, ...chosenMediaStore() });
      if (over) return opened.close();
      const hide = exposeClient(opened);
      close = () => {
        hide();
        opened.close();
      };
      setState({ phase: 'open', desk: { username, client: opened, tokens } });
    };
    setState({ phase: 'opening' });
    run().catch((thrown: unknown) => {
      if (!over) setState({ phase: 'failed', failure: describe(thrown, username), retry: again });
    });
    return () => {
      over = true;
      close();
    };
  }, [username, attempt, again]);

  return state;
}
