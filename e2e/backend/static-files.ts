/**
 * Serves the built desk.
 *
 * Owns: the Content-Security-Policy and what may be cached. Nothing outside the folder is ever read.
 */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { Context, Env, Hono } from 'hono';
import { Problem } from './problem.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/** Message text is never markup, and if it were, it could load and run nothing. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const SAFETY = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

/** Path of a file below the folder, or null for what leads out of it or cannot be decoded. */
function fileOf(folder: string, requested: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(requested);
  } catch {
    return null;
  }
  const file = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path));
  return file.startsWith(folder + sep) ? file : null;
}

/** Serves a folder, given by its absolute path, at `/`; `index.html` for the root. */
export function serveStaticFiles<E extends Env>(app: Hono<E>, folder: string): void {
  app.get('*', async (context: Context<E>) => {
    const file = fileOf(folder, new URL(context.req.url).pathname);
    const body = file === null ? null : await readFile(file).catch(() => null);
    if (!file || !body) throw new Problem('not-found', 'There is no such file.');
    // Vite names these after what is in them.
    const named = file.startsWith(join(folder, 'assets') + sep);
    return context.body(new Uint8Array(body), 200, {
      ...SAFETY,
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'cache-control': named ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
  });
}
