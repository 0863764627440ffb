/** Pages that are older than what is applied when they arrive. */
import { describe, expect, test } from 'vitest';
import type { Backend, ServerMessage } from '../../protocol/index.ts';
import { uuid } from '../testing/store-records.ts';
import { createModelServer, type ModelServer } from '../testing/model-server.ts';
import { fetchPage, type FetchedPage } from './fetch-changes.ts';

const CHAT = uuid(0xa);
let ids = 0;

function serverWith(count: number): ModelServer {
  const server = createModelServer('agent', () => uuid(0x100 + ++ids));
  server.createChat(CHAT);
  for (let i = 1; i <= count; i++) server.append(CHAT, `message ${i}`);
  return server;
}

/** Fetches the newest page from a server that changes after having read it. */
async function fetchOvertaken(server: ModelServer, change: () => void): Promise<FetchedPage> {
  const { backend } = server;
  const slow: Backend = {
    ...backend,
    messages: async (...args) => {
      const page = await backend.messages(...args);
      change();
      return page;
    },
  };
  const setup = { backend: slow, clock: { now: () => 1_000 }, log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }, onRejected: () => undefined, onFetch: () => undefined };
  return fetchPage(setup, CHAT, { mode: 'newest', limit: 50 }, () => server.chats.get(CHAT)?.revision ?? 0, new AbortController().signal);
}

describe('M-1 an answer that is older than what is applied', () => {
  test('has the changes since in it, and speaks for the revision that they lead to', async () => {
    const server = serverWith(5);
    const fetched = await fetchOvertaken(server, () => {
      server.edit(CHAT, 2, 'edited');
      server.remove(CHAT, 4);
    });
    expect(fetched.revision).toBe(5);
    expect(fetched.change.rows.map((row) => row.content)).toEqual(['message 1', 'edited', 'message 3', 'message 5']);
    expect(fetched.change.deletions).toMatchObject([{ sequenceNumber: 4, revision: 7 }]);
    // What is held at 4 by revision 7 is refuted by this answer: its own snapshot alone could not do that.
    expect(fetched.change.answer).toMatchObject({ complete: true, revision: 7 });
  });

  test('M-3 and what is applied while these are under way (sim seed 1539110098)', async () => {
    const server = serverWith(5);
    const { changes } = server.backend;
    let answers = 0;
    Object.assign(server.backend, {
      changes: async (...args: Parameters<NonNullable<Backend['changes']>>) => {
        const page = await changes?.(...args);
        if (++answers === 1) server.edit(CHAT, 2, 'edited again');
        return page;
      },
    });
    const fetched = await fetchOvertaken(server, () => server.edit(CHAT, 2, 'edited'));
    expect(fetched.change.rows[1]?.content).toBe('edited again');
    expect(fetched.change.answer).toMatchObject({ complete: true, revision: 7 });
  });

  test('M-2 a message that has lost its text since is not brought back by the page, one that has got it back is (sim seed 1243453902)', async () => {
    const server = serverWith(3);
    server.edit(CHAT, 3, '');
    const fetched = await fetchOvertaken(server, () => {
      server.edit(CHAT, 2, '');
      server.edit(CHAT, 3, 'back');
    });
    expect(fetched.change.rows.map((row) => row.content)).toEqual(['message 1', 'back']);
    expect(fetched.change.rejected).toMatchObject([{ sequenceNumber: 2 }]);
  });

  test('M-3 S-2 and speaks for what was written above it since (sim seed 1760009688)', async () => {
    const server = serverWith(5);
    const fetched = await fetchOvertaken(server, () => {
      server.append(CHAT, 'message 6');
      server.append(CHAT, 'message 7');
    });
    expect(fetched.change.rows).toHaveLength(7);
    expect(fetched.change.answer).toMatchObject({ complete: true, revision: 7, start: 1, end: 7 });
  });

  test('an answer that is not older is taken as it is', async () => {
    const server = serverWith(5);
    const fetched = await fetchOvertaken(server, () => undefined);
    expect(fetched.change.answer).toMatchObject({ revision: 5 });
    expect(server.log.filter(({ kind }) => kind === 'changes')).toEqual([]);
  });

  test('M-2 a message that was deleted since is not brought back by the page', async () => {
    const server = serverWith(1);
    const [only] = server.visible(CHAT) as [ServerMessage];
    const fetched = await fetchOvertaken(server, () => server.remove(CHAT, only.sequenceNumber));
    expect(fetched.change.rows).toEqual([]);
  });
});
