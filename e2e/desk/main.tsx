/** Entry of the support desk. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/desk.css';
import './styles/tickets.css';
import './styles/conversation.css';
import './styles/messages.css';
import './styles/media.css';
import './styles/composer.css';
import './styles/outbox.css';
import './styles/pages.css';
import './styles/panels.css';
import './styles/tabs.css';

const root = document.getElementById('desk');
if (!root) throw new Error('index.html has no element with the id "desk".');
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <App />
    </ErrorBoundary>
  </StrictMode>,
);
