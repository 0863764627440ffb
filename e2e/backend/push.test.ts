import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { PushFrame, ServerMessage, ServerTicket, type TicketsPage } from '../../protocol/index.ts';
import { changesOf, connectPush, type PushClient } from './testing/push-client.ts';
import { chat, startTestBed, type TestBed } from './testing/test-bed.ts';

let bed: TestBed;
let now = Date.now();
const clients: PushClient[] = [];

beforeAll(async () => {
  bed = await startTestBed({ now: () => now, pingMs: 2_000 });
}, 60_000);
afterAll(() => bed.server.close());

const connect = async (who: string): Promise<PushClient> => {
  const client = await bed.connect(who);
  clients.push(client);
  await client.until((frames) => frames.length > 0);
  return client;
};
/** Links told beyond a revision: what was written before somebody connected may still be on its way to him. */
const links = (client: PushClient, requestId: string, beyond: number): (readonly [number, number])[] =>
  changesOf(client.frames, requestId).filter((frame) => frame.revision > beyond).map((frame) => [frame.previousRevision, frame.revision]);
const chain = (from: number, to: number): [number, number][] => Array.from({ length: to - from }, (_, i) => [from + i, from + i + 1]);
const reached = (requestId: string, revision: number) => (frames: readonly PushFrame[]) => changesOf(frames, requestId).some((frame) => frame.revision >= revision);

describe('frames', () => {
  test('#29 are numbered, chained and only as much as each may see', async () => {
    const id = await bed.filled(1);
    const [tess, rosa] = [await connect('tess'), await connect('rosa')];
    await bed.say('rosa', id, 'one');
    await bed.call('tess', 'POST', '/chat/messages', { requestId: id, content: 'secret note', isInternal: true });
    const rows = await bed.json<ServerMessage[]>('tess', chat(id));
    await bed.call('tess', 'DELETE', `/chat/messages/${rows[0]?.id}`);
    for (const who of [tess, rosa]) {
      const frames = await who.until(reached(id, 4));
      const numbered = frames.filter((frame) => frame.type !== 'ping');
      expect(numbered.map((frame) => frame.n)).toEqual(numbered.map((_, i) => i + 1));
      expect(frames[0]?.type).toBe('welcome');
      expect(links(who, id, 1)).toEqual(chain(1, 4));
    }
    expect(JSON.stringify(rosa.frames)).not.toContain('secret note');
    const kinds = (client: PushClient): (string | undefined)[] => changesOf(client.frames, id).filter((frame) => frame.revision > 1).map((frame) => frame.change?.kind);
    expect([kinds(tess), kinds(rosa)]).toEqual([['upsert', 'upsert', 'delete'], ['upsert', undefined, 'delete']]);
  });

  test('keep to the schemas of the contract, unread counts and times included', async () => {
    const tess = await connect('tess');
    const id = await bed.filled(3);
    await bed.call('tess', 'POST', chat(id, '/read'), { upToSequence: 2 });
    const frames = await tess.until((all) => all.some((frame) => frame.type === 'read' && frame.requestId === id));
    for (const frame of frames) {
      expect(v.safeParse(PushFrame, frame).issues).toBeUndefined();
      if (frame.type === 'ticket') expect(v.safeParse(ServerTicket, frame.ticket).issues).toBeUndefined();
      if (frame.type === 'change' && frame.change?.kind === 'upsert') expect(v.safeParse(ServerMessage, frame.change.message).issues).toBeUndefined();
    }
    expect(frames.filter((frame) => frame.type === 'read').at(-1)).toMatchObject({ unreadCount: 1, lastReadSequence: 2 });
  });

  test('a mark that does not move is told to nobody', async () => {
    const id = await bed.filled(3);
    const tess = await connect('tess');
    const read = (upToSequence: number): Promise<Response> => bed.call('tess', 'POST', chat(id, '/read'), { upToSequence });
    for (const sequence of [2, 1, 2, 3]) await read(sequence);
    const frames = await tess.until((all) => all.some((frame) => frame.type === 'read' && frame.requestId === id && frame.lastReadSequence === 3));
    expect(frames.flatMap((frame) => (frame.type === 'read' && frame.requestId === id ? [frame.lastReadSequence] : []))).toEqual([2, 3]);
  });

  test('of many people who send, edit and delete at once, every chain is whole and in order', async () => {
    const id = await bed.filled(10);
    const rows = await bed.json<ServerMessage[]>('tess', chat(id));
    const listeners = [await connect('tess'), await connect('tess'), await connect('theo'), await connect('rosa')];
    await Promise.all([
      ...Array.from({ length: 30 }, (_, i) => bed.say(i % 2 ? 'rosa' : 'tess', id, `m${i}`)),
      ...rows.slice(0, 5).map((row) => bed.call('rosa', 'PATCH', `/chat/messages/${row.id}`, { content: 'edited' })),
      ...rows.slice(5).map((row) => bed.call('rosa', 'DELETE', `/chat/messages/${row.id}`)),
    ]);
    for (const listener of listeners) {
      await listener.until(reached(id, 50));
      expect(links(listener, id, 10)).toEqual(chain(10, 50));
      const sent = changesOf(listener.frames, id).flatMap(({ change }) => (change?.kind === 'upsert' ? [(change.message as ServerMessage).sequenceNumber] : []));
      expect(sent.filter((sequence) => sequence > 10)).toEqual(Array.from({ length: 30 }, (_, i) => 11 + i));
    }
  });

  test('#29 whoever connects in the middle of changes misses none: those before the welcome are in the list asked for after it', async () => {
    const id = await bed.filled(1);
    const sending = (async () => {
      for (let i = 0; i < 40; i++) await bed.say('rosa', id, `m${i}`);
    })();
    for (let i = 0; i < 8; i++) {
      const client = await connect('theo');
      const { tickets } = await bed.json<TicketsPage>('theo', '/requests');
      const known = (tickets as ServerTicket[]).find((ticket) => ticket.id === id)?.revision ?? 0;
      await sending.then(() => client.until((frames) => known >= 41 || reached(id, 41)(frames)));
      const told = changesOf(client.frames, id).map((frame) => frame.revision);
      expect(told).toEqual(Array.from({ length: told.length }, (_, k) => 42 - told.length + k));
      expect(known).toBeGreaterThanOrEqual(41 - told.length);
    }
  });
});

describe('a connection', () => {
  test('is answered when it pings, with the last number', async () => {
    const tess = await connect('tess');
    const before = tess.frames.filter((frame) => frame.type === 'ping').length;
    tess.send({ type: 'ping' });
    const frames = await tess.until((all) => all.filter((frame) => frame.type === 'ping').length > before);
    expect(frames.findLast((frame) => frame.type === 'ping')?.n).toBe(frames.findLast((frame) => frame.type !== 'ping')?.n);
  });

  test('#47 with a wrong token, a malformed first frame, or a token that expires, is closed with its code', async () => {
    expect(await (await connectPush(bed.server.url, { token: 'made-up' })).closed).toBe(4401);
    expect(await (await connectPush(bed.server.url, 'nonsense')).closed).toBe(4400);
    expect(await (await connectPush(bed.server.url, 'x'.repeat(20_000))).closed).toBe(1009);
    bed.tokens.set('brief', await bed.signIn('raj', 60));
    const brief = await connect('brief');
    now += 61_000;
    expect(await brief.closed).toBe(4401);
  });

  test('the numbers of open connections and of requests are on /metrics', async () => {
    for (const client of clients.splice(0)) client.close();
    await connect('tess');
    await expect.poll(() => bed.server.connections()).toBe(1);
    const text = await (await fetch(`${bed.server.url}/metrics`)).text();
    expect(text).toMatch(/^push_connections 1$/m);
    expect(text).toMatch(/http_requests_total\{method="GET",route="\/api\/v1\/chat\/messages\/request\/:requestId",status="200"\} \d+/);
  });

  test('expired sessions are swept out when somebody signs in', async () => {
    await bed.signIn('tess', 1);
    now += 2_000;
    await bed.signIn('tess');
    expect(await bed.server.database.query('select 1 from sessions where expires_at <= $1', [new Date(now)])).toEqual([]);
  });
});
