/** What is left when a component fails: a way back. The cache and the outbox live in the daemon and are not touched by it. */
import { Component, type ReactNode } from 'react';

interface State {
  readonly error: Error | null;
}

/** See the file. React offers this as a class only. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main className="notice notice--page" role="alert">
        <h1>Something broke on this page</h1>
        <p>Nothing is lost: messages that were sent are kept. Reload the page to go on.</p>
        <p className="notice__detail">{error.message}</p>
        <button type="button" className="button button--primary" onClick={() => window.location.reload()}>
          Reload
        </button>
      </main>
    );
  }
}
