/** The open desk, for the components below it. */
import { createContext, useContext } from 'react';
import type { Person } from '../api/api.ts';
import type { OpenEdits } from '../conversation/open-edits.ts';
import type { OpenDesk } from './use-desk.ts';

/** What every part of an open desk may use. */
export interface Desk extends OpenDesk {
  readonly userId: string;
  /** Who works here, as soon as it is known. */
  readonly me: Person | null;
  /** Messages whose text is being changed. */
  readonly edits: OpenEdits;
}

/** Provided by `desk.tsx`. */
export const DeskContext = createContext<Desk | null>(null);

/** The open desk; only for components below it. */
export function useOpenDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('useOpenDesk() was called outside an open desk.');
  return desk;
}
