import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChangesPage, PushFrame, ServerMessage, ServerTicket, TicketsPage } from '../../protocol/index.ts';
import { changesOf } from './testing/push-client.ts';
import { chat, sequences, startTestBed, type TestBed } from './testing/test-bed.ts';

let bed: TestBed;
let [rosaId, rajId] = ['', ''];

beforeAll(async () => {
  bed = await startTestBed();
  const idOf = (username: string): string => bed.server.cast.requesters.find((person) => person.username === username)?.id ?? '';
  [rosaId, rajId] = [idOf('rosa'), idOf('raj')];
}, 60_000);
afterAll(() => bed.server.close());

const list = (who: string, since?: string): Promise<TicketsPage> => bed.json(who, `/requests${since === undefined ? '' : `?since=${since}`}`);
const ids = (page: TicketsPage): string[] => (page.tickets as ServerTicket[]).map((ticket) => ticket.id);
const note = (requestId: string): Promise<Response> => bed.call('tess', 'POST', '/chat/messages', { requestId, content: 'internal note', isInternal: true });
const changes = (who: string, requestId: string, since: number): Promise<Response> => bed.call(who, 'GET', chat(requestId, `/changes?since_revision=${since}`));

describe('#31 another requester', () => {
  test('loses and gains by HTTP: 404, removed in the list, 410 for cursors of before', async () => {
    const id = await bed.filled(3);
    const [rosaBefore, rajBefore] = [await list('rosa'), await list('raj')];
    await bed.server.reassign(id, rajId);
    for (const path of [chat(id), chat(id, '/changes?since_revision=0')]) expect((await bed.call('rosa', 'GET', path)).status).toBe(404);
    expect((await list('rosa', rosaBefore.cursor)).removed).toContain(id);
    expect(ids(await list('rosa'))).not.toContain(id);
    const rajNow = await list('raj', rajBefore.cursor);
    expect([ids(rajNow), rajNow.removed]).toEqual([expect.arrayContaining([id]), expect.not.arrayContaining([id])]);
    expect((await changes('raj', id, 3)).status).toBe(410);
    expect((await changes('raj', id, 4)).status).toBe(200);
    // A technician saw it all the time.
    expect((await changes('tess', id, 3)).status).toBe(200);

    await bed.server.reassign(id, rosaId);
    expect((await list('rosa', rosaBefore.cursor)).removed).not.toContain(id);
    expect((await changes('rosa', id, 3)).status).toBe(410);
    expect((await changes('rosa', id, 5)).status).toBe(200);
  });

  test('hears of it by push, and of nothing afterwards', async () => {
    const id = await bed.filled(2);
    const [rosa, raj, tess] = [await bed.connect('rosa'), await bed.connect('raj'), await bed.connect('tess')];
    await Promise.all([rosa, raj, tess].map((client) => client.until((frames) => frames.length > 0)));
    await bed.server.reassign(id, rajId);
    await bed.say('tess', id, 'for raj');
    await raj.until((frames) => changesOf(frames, id).some((frame) => frame.revision === 4));
    // What was written before somebody connected may still be on its way to him.
    const links = (frames: readonly PushFrame[]): number[][] => changesOf(frames, id).filter((frame) => frame.revision > 2).map((frame) => [frame.previousRevision, frame.revision]);
    // The chain is broken where his view began, and whole for who saw the request before.
    expect(links(raj.frames)).toEqual([[3, 3], [3, 4]]);
    await tess.until((frames) => changesOf(frames, id).some((frame) => frame.revision === 4));
    expect(links(tess.frames)).toEqual([[2, 3], [3, 4]]);
    await rosa.until((frames) => frames.some((frame) => frame.type === 'removed' && frame.requestId === id));
    const probe = await bed.filled(1);
    await rosa.until((frames) => changesOf(frames, probe).length === 1);
    expect(links(rosa.frames)).toEqual([]);
    expect(JSON.stringify(rosa.frames)).not.toContain('for raj');
  });

  test('does not find his own words any more', async () => {
    const id = await bed.filled(0);
    const clientTempId = crypto.randomUUID();
    await bed.say('rosa', id, 'mine', clientTempId);
    await bed.server.reassign(id, rajId);
    expect((await bed.call('rosa', 'GET', `/chat/messages?client_temp_id=${clientTempId}`)).status).toBe(404);
    expect((await bed.say('rosa', id, 'mine', clientTempId)).status).toBe(404);
  });

  test('who gets it back at once keeps it', async () => {
    const id = await bed.filled(1);
    const rosa = await bed.connect('rosa');
    await rosa.until((frames) => frames.length > 0);
    await bed.server.reassign(id, rajId);
    await bed.server.reassign(id, rosaId);
    const probe = await bed.filled(1);
    await rosa.until((frames) => frames.some((frame) => frame.type === 'ticket' && (frame.ticket as ServerTicket).id === probe));
    await rosa.until((frames) => changesOf(frames, probe).length === 1);
    const last = rosa.frames.findLast((frame) => (frame.type === 'removed' && frame.requestId === id) || (frame.type === 'ticket' && (frame.ticket as ServerTicket).id === id));
    expect(last?.type).toBe('ticket');
  });

  test('nobody, and a request that does not exist, are refused', async () => {
    await expect(bed.server.reassign(await bed.filled(0), crypto.randomUUID())).rejects.toThrow('nobody');
    await expect(bed.server.reassign(crypto.randomUUID(), rajId)).rejects.toThrow('no such request');
  });
});

describe('#8 another role', () => {
  test('brings internal notes to light and hides them again, in old cursors too', async () => {
    const own = await bed.filled(2);
    await note(own);
    const foreign = await bed.server.createTicket('Of raj');
    await bed.server.reassign(foreign, rajId);
    const rosa = await bed.connect('rosa');
    await rosa.until((frames) => frames.length > 0);
    expect(sequences(await bed.json<ServerMessage[]>('rosa', chat(own)))).toEqual([1, 2]);
    const before = await list('rosa');

    await bed.server.setRole(rosaId, true);
    expect((await changes('rosa', own, 3)).status).toBe(410);
    expect(sequences(await bed.json<ServerMessage[]>('rosa', chat(own)))).toEqual([1, 2, 3]);
    expect(ids(await list('rosa', before.cursor))).toEqual(expect.arrayContaining([own, foreign]));
    await rosa.until((frames) => frames.some((frame) => frame.type === 'ticket' && (frame.ticket as ServerTicket).id === foreign) && changesOf(frames, own).some((frame) => frame.revision === 4));
    expect(changesOf(rosa.frames, own).at(-1)).toMatchObject({ previousRevision: 4, revision: 4 });
    await note(own);
    await rosa.until((frames) => changesOf(frames, own).some((frame) => frame.revision === 5 && frame.change?.kind === 'upsert'));
    const asTechnician = await list('rosa');

    await bed.server.setRole(rosaId, false);
    await note(own);
    expect((await changes('rosa', own, 5)).status).toBe(410);
    expect((await bed.call('rosa', 'GET', chat(foreign))).status).toBe(404);
    expect(sequences(await bed.json<ServerMessage[]>('rosa', chat(own)))).toEqual([1, 2]);
    expect((await list('rosa', asTechnician.cursor)).removed).toEqual(expect.arrayContaining([foreign]));
    await rosa.until((frames) => changesOf(frames, own).some((frame) => frame.revision === 7));
    expect(rosa.frames).toContainEqual(expect.objectContaining({ type: 'removed', requestId: foreign }));
    expect(rosa.frames).not.toContainEqual(expect.objectContaining({ type: 'removed', requestId: own }));
    expect(changesOf(rosa.frames, own).at(-1)).not.toHaveProperty('change');
    expect((await bed.json<ChangesPage>('rosa', chat(own, '/changes?since_revision=6'))).changes).toEqual([]);
  });

  test('is nothing new for who has it', async () => {
    const id = await bed.filled(1);
    await bed.server.setRole(rosaId, false);
    expect((await changes('rosa', id, 1)).status).toBe(200);
  });
});
