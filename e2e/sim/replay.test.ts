/** A recording of the flight recorder is played again; what was wrong in it shows. */
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import type { FlightLine } from '../../protocol/flight.ts';
import { bundleSimulator } from './bundle.mjs';
import { PLANTED_BUGS } from './planted-list.mjs';
import { createRig } from '../../worker/testing/rig.ts';
import { replay } from './replay.ts';

const CHAT = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const send = (n: number): string => `33333333-3333-4333-8333-33333333333${n}`;

const toText = (lines: readonly FlightLine[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** A session with two tabs, others who write, edit and delete, a cut link, a server that fails, and messages of every fate. */
async function session(): Promise<FlightLine[]> {
  const rig = await createRig();
  for (const chat of [CHAT, OTHER]) {
    rig.server.createChat(chat);
    for (let i = 1; i <= 70; i++) rig.server.append(chat, `old secret ${chat[0]} ${i}`);
  }
  const tab = await rig.openTab();
  await tab.open(CHAT);
  await rig.time.advance(200);
  const second = await rig.openTab();
  await second.open(CHAT);
  await second.open(OTHER);
  await rig.time.advance(200);
  await tab.call('saveDraft', { requestId: CHAT, text: 'half a secret' });
  await tab.call('send', { requestId: CHAT, clientTempId: send(1), content: 'a secret answer' });
  rig.server.append(CHAT, 'a secret question');
  await rig.time.advance(500);
  rig.server.edit(CHAT, 60, 'an edited secret');
  rig.server.remove(CHAT, 61);
  rig.server.skip(CHAT);
  rig.server.append(CHAT, 'after the hole');
  await tab.call('markRead', { requestId: CHAT, upToSequence: 70 });
  await rig.time.advance(2_000);
  rig.server.cut();
  await tab.call('send', { requestId: CHAT, clientTempId: send(2), content: 'sent while offline' });
  await rig.time.advance(3_000);
  rig.server.append(OTHER, 'unheard');
  rig.server.edit(OTHER, 70, 'unheard edit');
  rig.server.restore();
  await rig.time.advance(5_000);
  const asks = { left: 1 };
  rig.server.before = (kind) => {
    if (kind === 'send' && asks.left-- > 0) throw new TabcachedError('REJECTED');
  };
  await second.call('send', { requestId: OTHER, clientTempId: send(3), content: 'refused at first' });
  await rig.time.advance(500);
  await second.call('edit', { operationId: send(3), content: 'corrected' });
  await rig.time.advance(500);
  second.crash();
  await rig.time.advance(1_000);
  await tab.call('loadPage', { requestId: CHAT, direction: 'older', lo: 21, hi: 73, tail: true, limit: 50 });
  await rig.time.advance(20_000);
  return [...(await tab.call('exportFlight', {}))];
}

describe('flight recorder', () => {
  test('a session is exported without texts, names and tokens, and replayed without a violation', async () => {
    const lines = await session();
    const text = toText(lines);
    expect(text).not.toMatch(/secret|offline"|corrected|unheard|"agent"|somebody/);
    expect(text).not.toContain('"token');
    const kinds = new Set(lines.map(({ t }) => t));
    expect([...kinds].sort()).toEqual(['answer', 'ask', 'call', 'chat', 'flight', 'left', 'link', 'push']);
    const outcome = await replay(text, true);
    expect(outcome).toMatchObject({ stage: 'replay', violation: null });
    expect(outcome.events).toBeGreaterThan(20);
    // The replayed daemon did the same things: asked, sent, sent again.
    for (const id of [1, 2, 3].map(send)) expect(outcome.lines.some((line) => line.includes('> send') && line.includes(id))).toBe(true);
    expect(outcome.lines.some((line) => line.includes('< send REJECTED'))).toBe(true);
    expect(outcome.lines.some((line) => line.includes('> changes'))).toBe(true);
  });

  test('the same recording gives the same history', async () => {
    const text = toText(await session());
    expect((await replay(text, true)).lines).toEqual((await replay(text, true)).lines);
  });

  test('two recordings in one file are two lives of the daemon: the first was killed', async () => {
    const rig = await createRig();
    rig.server.createChat(CHAT);
    for (let i = 1; i <= 10; i++) rig.server.append(CHAT, `old ${i}`);
    const tab = await rig.openTab();
    await tab.open(CHAT);
    await rig.time.advance(200);
    await tab.call('send', { requestId: CHAT, clientTempId: send(1), content: 'one' });
    await rig.time.advance(200);
    const before = await tab.call('exportFlight', {});
    await rig.restartDaemon();
    const again = await rig.openTab();
    await again.open(CHAT);
    rig.server.append(CHAT, 'news');
    await again.call('send', { requestId: CHAT, clientTempId: send(2), content: 'two' });
    await rig.time.advance(1_000);
    const outcome = await replay(toText([...before, ...(await again.call('exportFlight', {}))]), true);
    expect(outcome.violation).toBeNull();
    expect(outcome.lines.some((line) => line.includes('dies'))).toBe(true);
  });

  test('G a defect of the daemon shows when a sound recording is replayed', { timeout: 60_000 }, async () => {
    const text = toText(await session());
    const bug = PLANTED_BUGS.find(({ name }) => name === 'watermark moves on a push that is not the next one');
    const { file, remove } = await bundleSimulator(bug?.edits);
    try {
      const planted = (await import(pathToFileURL(file).href)) as { replay: typeof replay };
      const outcome = await planted.replay(text);
      expect(outcome.stage).toBe('replay');
      expect(outcome.violation).not.toBeNull();
    } finally {
      remove();
    }
  });

  describe('what is wrong in a recording shows', () => {
    const changed = async (change: (line: FlightLine) => FlightLine | null): Promise<string> => toText((await session()).flatMap((line) => change(line) ?? []));

    test('H-1 the cache lost a message and no gap tells', async () => {
      const text = await changed((line) => (line.t === 'chat' && line.requestId === CHAT ? { ...line, rows: line.rows.filter(({ seq }) => seq !== 65) } : line));
      expect((await replay(text)).violation).toMatchObject({ promise: 'H-1', text: expect.stringContaining('65') });
    });

    test('M-1 the cache shows an edited message as it was', async () => {
      const text = await changed((line) => (line.t === 'chat' && line.requestId === CHAT ? { ...line, rows: line.rows.map((row) => (row.seq === 60 ? { ...row, revision: 60 } : row)) } : line));
      expect((await replay(text)).violation).toMatchObject({ promise: 'M-1' });
    });

    test('M-2 the cache shows a deleted message', async () => {
      let ghost: object | null = null;
      const lines = await session();
      for (const line of lines) if (line.t === 'answer') ghost ??= line.answer?.rows?.find((row) => 'seq' in row && row.seq === 61) ?? null;
      const text = toText(lines.map((line) => (line.t === 'chat' && line.requestId === CHAT ? { ...line, voids: line.voids.filter(({ startSeq }) => startSeq !== 61), rows: [...line.rows, ghost as never].sort((a: { seq: number }, b: { seq: number }) => a.seq - b.seq) } : line)));
      expect((await replay(text)).violation).toMatchObject({ promise: 'M-2' });
    });

    test('S-1 a message is on the server twice', async () => {
      const text = await changed((line) => (line.t === 'answer' && line.answer?.rows?.some((row) => 'clientTempId' in row && row.clientTempId === send(1)) ? { ...line, answer: { ...line.answer, rows: line.answer.rows.map((row) => ({ ...row, id: 'another' })) } } : line));
      const { violation } = await replay(text);
      expect(['S-1', 'M-1']).toContain(violation?.promise);
    });

    test('S-4 an accepted message is nowhere', async () => {
      const is = (row: object): boolean => 'clientTempId' in row && row.clientTempId === send(1);
      const text = await changed((line) => {
        if (line.t === 'push' && line.row && is(line.row)) return null;
        if (line.t === 'answer' && line.answer?.rows) return { ...line, answer: { ...line.answer, rows: line.answer.rows.filter((row) => !is(row)) } };
        if (line.t === 'chat' && line.rows.some(is)) return { ...line, revision: null, floor: 0, rows: [] };
        return line;
      });
      expect((await replay(text)).violation).toMatchObject({ promise: 'S-4' });
    });
  });

  test('what is no recording is refused with the reason', async () => {
    await expect(replay('hello')).rejects.toThrow('line 1 is no line of a recording');
    await expect(replay('{"t":"call"}')).rejects.toThrow('its first line is no header');
    await expect(replay('{"t":"flight","format":7}')).rejects.toThrow('format 7 is not known');
  });
});
