/** Brings new rows to the screen without moving what is being read. The steps are decided in `stage-rows.ts`. */
import { useLayoutEffect, useState } from 'react';
import { stageRows, type Keyed, type Stage } from './stage-rows.ts';

/** The rows to render now. `anchor` gives the key of the row being read. */
export function useStagedRows<R extends Keyed>(rows: readonly R[], anchor: () => string | null): Stage<R> {
  const [stage, setStage] = useState<Stage<R>>({ rows, shift: false });
  // Before paint, and again until the rows are there: the virtual list must have seen a step before the next one.
  useLayoutEffect(() => {
    if (stage.rows !== rows) setStage(stageRows(stage.rows, rows, anchor()));
  }, [stage, rows, anchor]);
  return stage;
}
