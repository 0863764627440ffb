/** The daemon under test: the package's, with a backend of ours in place of the one that speaks HTTP. */
import { serve } from 'tabcached/serve';
import { takeOrders } from './commands.ts';
import { createFakeBackend } from './fake-backend.ts';

const { backend, handle } = createFakeBackend(200);
serve({ backend: () => backend });
takeOrders('daemon', handle);
