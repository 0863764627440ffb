import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerMessage, ServerTicket, TicketsPage } from '../../protocol/index.ts';
import { connectPush } from './testing/push-client.ts';
import { buildServer, type BuiltServer } from './testing/start-process.ts';
import { tempFolder } from './testing/temp-folder.ts';
import { chat } from './testing/test-bed.ts';

const folder = tempFolder();
const data = `${folder.path}/data`;
const lock = `${data}/tabcached.lock`;
const conversations = folder.write(
  'two.jsonl',
  ['{"id":"a","subject":"Printer","messages":[{"from":"requester","content":"It is on fire"}]}', 'broken', '{"id":"b","subject":"Tea","messages":[{"from":"technician","content":"Ready"}]}'].join('\n'),
);
let built: BuiltServer;

beforeAll(async () => {
  built = await buildServer();
}, 60_000);
afterAll(() => {
  built.remove();
  folder.remove();
});

const tokenAt = async (origin: string, username: string): Promise<string> =>
  ((await (await fetch(`${origin}/api/v1/session`, { method: 'POST', body: JSON.stringify({ username }) })).json()) as { token: string }).token;
const ask = async <T>(origin: string, token: string, path: string, body?: unknown): Promise<T> => {
  const answer = await fetch(`${origin}/api/v1${path}`, {
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
};

describe('what keeps it from starting is one clear sentence and exit code 1', () => {
  test.each<[string, () => readonly string[], RegExp]>([
    ['a port that is none', () => ['--port', '70000'], /^--port 70000 is not a port\.$/],
    ['an unknown option', () => ['--prot', '1'], /^Unknown option '--prot'.*\nUsage: npm start/],
    ['a missing file to import', () => ['--import', '/no/such.jsonl'], /^There is no file \/no\/such\.jsonl to import\.$/],
    ['a file to import that is a folder', () => ['--import', '/'], /^The file \/ cannot be imported \(it is no file\)\.$/],
    ['a folder below a file', () => ['--data', `${conversations}/data`], /^The folder .* cannot be used for the database \(ENOTDIR.*\); choose another with --data\.$/],
    ['a database URL of another kind', () => ['--database-url', 'mysql://x'], /^The database URL must begin with postgres/],
    ['a database that cannot be reached', () => ['--database-url', 'postgres://me:secret@127.0.0.1:1/desk'], /^The database cannot be reached \(.*ECONNREFUSED.*\)\.$/],
  ])('%s', async (_name, args, sentence) => {
    // A desk may be running on the default port.
    const started = built.start(['--port', '0', ...args()]);
    expect(await started.ended).toEqual({ code: 1, signal: null });
    expect(started.output().trim()).toMatch(sentence);
    expect(started.output()).not.toMatch(/secret|^ +at /m);
  });

  test('a busy port', async () => {
    const holder = createServer();
    await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done));
    const { port } = holder.address() as AddressInfo;
    const started = built.start(['--data', 'memory', '--import', conversations, '--port', String(port)]);
    expect((await started.ended).code).toBe(1);
    expect(started.output()).toBe(`Port ${port} is in use; choose another with --port.\n`);
    holder.close();
  });
});

describe('a server on a folder', () => {
  const args = ['--data', data, '--port', '0', '--import', conversations];
  const messageIds = async (origin: string): Promise<string[]> => {
    const token = await tokenAt(origin, 'tess');
    const { tickets } = await ask<TicketsPage>(origin, token, '/requests');
    const all = await Promise.all((tickets as ServerTicket[]).map((ticket) => ask<ServerMessage[]>(origin, token, chat(ticket.id))));
    return all.flat().map((message) => message.id).sort();
  };

  test('prints who may sign in where, and what was imported; a second process may not use the folder; Ctrl-C closes it cleanly; a restart has everything, also after a kill', async () => {
    const first = built.start(args);
    const origin = await first.ready;
    expect(first.output()).toContain(`${conversations}:2: skipped: not JSON`);
    expect(first.output()).toContain('2 conversations imported, 0 were there already, 1 lines skipped.');
    for (const name of ['tess', 'theo', 'rosa', 'raj']) expect(first.output()).toMatch(new RegExp(`${origin}/\\?as=${name} `));
    expect(first.output()).toContain('without a password');

    const second = built.start(args);
    expect((await second.ended).code).toBe(1);
    expect(second.output()).toBe(`The folder ${data} is in use by process ${first.pid}; stop it, or choose another folder with --data.\n`);

    const token = await tokenAt(origin, 'tess');
    const { tickets } = await ask<TicketsPage>(origin, token, '/requests');
    await ask(origin, token, '/chat/messages', { requestId: (tickets[0] as ServerTicket).id, content: 'kept?' });
    const push = await connectPush(origin, { token });
    await push.until((frames) => frames.length > 0);
    const before = await messageIds(origin);
    expect(before).toHaveLength(3);
    first.kill('SIGINT');
    first.kill('SIGINT');
    expect(await first.ended).toEqual({ code: 0, signal: null });
    expect(existsSync(lock)).toBe(false);

    const third = built.start(args);
    const again = await third.ready;
    expect(third.output()).toContain('0 conversations imported, 2 were there already, 1 lines skipped.');
    expect(await messageIds(again)).toEqual(before);

    await ask(again, token, '/chat/messages', { requestId: (tickets[0] as ServerTicket).id, content: 'just before the end' });
    const last = await messageIds(again);
    third.kill('SIGKILL');
    await third.ended;
    expect(readFileSync(lock, 'utf8')).toBe(`${third.pid}\n`);
    const fourth = built.start(args);
    expect(await messageIds(await fourth.ready)).toEqual(last);
    fourth.kill('SIGTERM');
    expect((await fourth.ended).code).toBe(0);
  }, 180_000);
});
