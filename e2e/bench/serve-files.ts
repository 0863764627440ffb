/** Files for the benchmarks of media, from the server of the bench page: 100 kB each, every one other bytes, with their digest. */
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';
import { FILE_BYTES, FILES_PATH, fileBytes } from './pages/files.ts';

/** Serves `FILES_PATH` followed by a number. */
export const serveFiles: Plugin = {
  name: 'serve-files',
  configurePreviewServer: ({ middlewares }) => {
    const digests = new Map<number, string>();
    middlewares.use((request, response, next) => {
      const number = Number(request.url?.startsWith(FILES_PATH) ? request.url.slice(FILES_PATH.length) : Number.NaN);
      if (!Number.isInteger(number)) return next();
      const bytes = fileBytes(number);
      const digest = digests.get(number) ?? createHash('sha256').update(bytes).digest('base64');
      digests.set(number, digest);
      response.writeHead(200, { 'content-type': 'application/pdf', 'content-length': FILE_BYTES, etag: `"${number}"`, 'repr-digest': `sha-256=:${digest}:` });
      response.end(bytes);
    });
  },
};
