import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServerMessage } from '../../../protocol/index.ts';
import { startTestBed, type TestBed } from '../testing/test-bed.ts';

let bed: TestBed;

beforeAll(async () => {
  bed = await startTestBed();
}, 60_000);
afterAll(() => bed.server.close());

/** Resolves when that many statements of this database wait for a lock. */
async function waitForLocks(count: number): Promise<void> {
  for (;;) {
    const [row] = await bed.server.database.query<{ waiting: number }>(
      `select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    if ((row?.waiting ?? 0) >= count) return;
    await pause(10);
  }
}

test('#55 S-1 an attempt that is repeated while the first one waits, and the ticket is closed between them, is told of the stored message', async () => {
  const id = await bed.filled(1);
  const clientTempId = crypto.randomUUID();
  let queued: Promise<Response>[] = [];
  await bed.server.database.transaction('write', async (tx) => {
    await tx.query('select 1 from requests where id = $1 for update', [id]);
    // Statements get the row in the order in which they asked for it.
    const acts = [
      () => bed.say('rosa', id, 'once', clientTempId),
      () => bed.call('tess', 'PATCH', `/requests/${id}`, { statusId: 4 }),
      () => bed.say('rosa', id, 'once', clientTempId),
    ];
    for (const act of acts) {
      queued = [...queued, act()];
      await waitForLocks(queued.length);
    }
  });
  const answers = await Promise.all(queued);
  expect(answers.map((answer) => answer.status)).toEqual([201, 200, 200]);
  const [first, , repeated] = (await Promise.all(answers.map((answer) => answer.json()))) as ServerMessage[];
  expect(repeated?.id).toBe(first?.id);
});
