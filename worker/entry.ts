/** The worker that comes with the package: the daemon with the HTTP backend. The only file with side effects. */
import { createHttpBackend } from './backend/http-backend.ts';
import { serve } from './serve.ts';

serve({ backend: createHttpBackend });
