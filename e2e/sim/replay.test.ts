/** A recording of the flight recorder is played again; what was wrong in it shows. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { FlightLine } from '../../protocol/flight.ts';
import { bundleSimulator } from './bundle.mjs';
import { PLANTED_BUGS } from './planted-list.mjs';
import { createRig } from '../../worker/testing/rig.ts';
import { CHAT, recordSession, send } from './recorded-session.ts';
import { replay } from './replay.ts';

const toText = (lines: readonly FlightLine[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

describe('flight recorder', () => {
  test('a session is exported without texts, names and tokens, and replayed without a violation', async () => {
    const lines = await recordSession();
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
    const text = toText(await recordSession());
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
    const text = toText(await recordSession());
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

  test('G a recording of a defective daemon shows what it broke, one of a sound daemon does not: npm run sim -- --replay FILE', { timeout: 120_000 }, async () => {
    const bug = PLANTED_BUGS.find(({ name }) => name === 'a late page overwrites a newer edit');
    const replayed = async (edits: NonNullable<typeof bug>['edits']) => {
      const { file, remove } = await bundleSimulator(edits, 'recorded-session.ts');
      try {
        const { recordLatePage } = (await import(pathToFileURL(file).href)) as { recordLatePage(): Promise<FlightLine[]> };
        const recording = join(dirname(file), 'recording.jsonl');
        writeFileSync(recording, toText(await recordLatePage()));
        const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, 'sim.mjs'), '--replay', recording], { encoding: 'utf8' });
        return { status, stdout };
      } finally {
        remove();
      }
    };
    const defective = await replayed(bug?.edits ?? []);
    expect(defective.stdout).toContain('the recording itself breaks M-1');
    expect(defective.stdout).toContain('shows 11 as of 11, which changed at 72');
    expect(defective.stdout.trimEnd().split('\n').at(-1)).toBe('sim: 1 replay, 1 violations');
    expect(defective.status).toBe(1);
    const sound = await replayed([]);
    expect(sound.stdout.trimEnd().split('\n').at(-1)).toBe('sim: 1 replay, 0 violations');
    expect(sound.status).toBe(0);
  });

  describe('what is wrong in a recording shows', () => {
    const changed = async (change: (line: FlightLine) => FlightLine | null): Promise<string> => toText((await recordSession()).flatMap((line) => change(line) ?? []));

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
      const lines = await recordSession();
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
