import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem, problemResponse } from './problem.ts';
import { CONTENT_SECURITY_POLICY, serveStaticFiles } from './static-files.ts';
import { tempFolder } from './testing/temp-folder.ts';

const folder = tempFolder();
const app = new Hono();
app.onError((error) => problemResponse(error instanceof Problem ? error : new Problem('internal')));
serveStaticFiles(app, `${folder.path}/desk`);
const server = createAdaptorServer({ fetch: app.fetch });

beforeAll(async () => {
  folder.write('secret.txt', 'secret');
  mkdirSync(`${folder.path}/desk/assets`, { recursive: true });
  mkdirSync(`${folder.path}/desk-of-another`);
  writeFileSync(`${folder.path}/desk-of-another/secret.txt`, 'secret');
  writeFileSync(`${folder.path}/desk/index.html`, '<!doctype html>');
  writeFileSync(`${folder.path}/desk/assets/main-a1b2.js`, 'export {}');
  writeFileSync(`${folder.path}/desk/assets/unknown.xyz`, '?');
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(() => {
  server.close();
  folder.remove();
});

/** The path goes out as it is written; `fetch` would tidy it up. */
const get = (path: string, method = 'GET'): Promise<{ status: number; headers: Record<string, unknown>; body: string }> =>
  new Promise((resolve, reject) => {
    const sent = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', path, method }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => (body += text));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });

describe('the desk', () => {
  test('is the root, under a policy that runs and loads nothing foreign', async () => {
    const { status, headers, body } = await get('/?as=tess');
    expect([status, body, headers['content-type']]).toEqual([200, '<!doctype html>', 'text/html; charset=utf-8']);
    expect(headers).toMatchObject({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:/);
    expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'");
  });

  test('may be kept for ever where its name tells what is in it, and only there', async () => {
    const named = await get('/assets/main-a1b2.js');
    expect(named.headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' });
    expect((await get('/assets/..%2findex.html')).headers['cache-control']).toBe('no-cache');
    expect((await get('/assets/unknown.xyz')).headers['content-type']).toBe('application/octet-stream');
  });

  test('answers HEAD with the headers alone', async () => {
    const { status, headers, body } = await get('/', 'HEAD');
    expect([status, body, headers['content-type']]).toEqual([200, '', 'text/html; charset=utf-8']);
  });

  test.each(['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/%2e%2e%2fsecret.txt', '/..%2fdesk-of-another%2fsecret.txt', '/assets/..%2f..%2fsecret.txt', '/..%5csecret.txt'])(
    'shows nothing outside of its folder: %s',
    async (path) => {
      const { status, body } = await get(path);
      expect([status, body === 'secret']).toEqual([404, false]);
    },
  );

  test.each(['/missing.js', '/assets', '/assets/', '/%', '/%zz', '/%c3', '/a%00b'])('has no %s: a problem, not a failure', async (path) => {
    const { status, headers } = await get(path);
    expect([status, headers['content-type']]).toEqual([404, 'application/problem+json']);
  });
});
