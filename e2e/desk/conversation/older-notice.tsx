/** What is going on at the top of a conversation. Floats over it, so that it moves nothing. */
import type { ReactNode } from 'react';

/** See the file. `problem`: why older messages could not be loaded. */
export interface OlderNoticeProps {
  readonly loading: boolean;
  readonly problem: string | null;
  onRetry(): void;
}

/** See the file. */
export function OlderNotice({ loading, problem, onRetry }: OlderNoticeProps): ReactNode {
  if (loading) {
    return (
      <div className="older" role="status">
        <span className="spinner" aria-hidden="true" />
        Loading older messages
      </div>
    );
  }
  if (problem === null) return null;
  return (
    <div className="older" role="alert" data-tone="attention">
      {problem}
      <button type="button" className="button button--small" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
