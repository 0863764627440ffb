/** Changes of a chat in any order, stale answers among them, against the server that they come from. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CachedMessage } from '../../protocol/index.ts';
import { PROVISIONAL_BASE } from '../../protocol/limits.ts';
import { emptyChat } from '../store/chat-writes.ts';
import { modelOf, type ChatModel } from './chat-model.ts';
import { heldSet } from './history.ts';
import { mergeChange, NO_CHANGE, type Change } from './merge.ts';
import { contains, ofValues } from './ranges.ts';

const CHAT = '11111111-1111-4111-8111-111111111111';
/** Messages that are there before anything happens. */
const INITIAL = 10;

const row = (sequenceNumber: number, revision: number, over: Partial<CachedMessage> = {}): CachedMessage => ({
  id: `id-${sequenceNumber}`, requestId: CHAT, sequenceNumber, senderId: 'somebody', sender: null, content: `text at ${revision}`, createdAt: '', updatedAt: null,
  isScreenshot: false, screenshotFileName: null, fileName: null, fileSize: null, fileMimeType: null, isReadByCurrentUser: false, status: 'sent',
  _cachedAt: 0, _syncVersion: 0, _revision: revision, ...over,
});

/** A server whose every state can be told: what each sequence was at each revision. */
interface Server {
  readonly states: readonly ReadonlyMap<number, CachedMessage>[];
  readonly frames: readonly Change[];
  head(): number;
  revision(): number;
  /** `again`: an own message that was deleted is sent once more, if there is one. */
  append(own: boolean, again?: boolean): void;
  change(at: number, how: 'edit' | 'delete'): void;
  /** A page as it was at a revision. */
  page(revision: number, start: number, end: number, complete: boolean): Change;
}

function createServer(): Server {
  const states: ReadonlyMap<number, CachedMessage>[] = [new Map()];
  const frames: Change[] = [];
  let head = 0;
  const revision = (): number => states.length - 1;
  const become = (sequenceNumber: number, message: CachedMessage | null): void => {
    const next = new Map(states.at(-1));
    if (message) next.set(sequenceNumber, message);
    else next.delete(sequenceNumber);
    states.push(next);
    const told = message ? { rows: [message] } : { deletions: [{ sequenceNumber, revision: revision() }] };
    frames.push({ ...NO_CHANGE, settles: true, serverRevision: revision(), headSequence: head, ...told });
  };
  return {
    states,
    frames,
    head: () => head,
    revision,
    append: (own, again = false) => {
      const live = new Set([...(states.at(-1)?.values() ?? [])].map(({ clientTempId }) => clientTempId));
      const gone = again ? frames.flatMap(({ rows }) => rows[0]?.clientTempId ?? []).find((id) => !live.has(id)) : undefined;
      head += 1;
      become(head, row(head, revision() + 1, own ? { clientTempId: gone ?? `temp-${head}`, senderId: 'me' } : {}));
    },
    change: (at, how) => {
      const before = states.at(-1)?.get(at);
      const next = revision() + 1;
      if (before) become(at, how === 'delete' ? null : { ...before, _revision: next, content: `text at ${next}`, updatedAt: `${next}` });
    },
    page: (at, start, end, complete) => {
      const inside = [...(states[at]?.values() ?? [])].filter(({ sequenceNumber: n }) => n >= start && n <= end && (complete || n % 2 === 0));
      return { ...NO_CHANGE, rows: inside, settles: true, answer: { start, end, complete, revision: at, beginning: complete && start === 1 } };
    },
  };
}

/** A chat with its store: what the book does around a merge. */
interface Client {
  model: ChatModel;
  readonly store: Map<number, CachedMessage>;
  /** Answers what goes on screens. */
  apply(change: Change): readonly CachedMessage[];
}

function createClient(): Client {
  const store = new Map<number, CachedMessage>();
  const client: Client = {
    model: modelOf(emptyChat(CHAT, 0), []),
    store,
    apply: (change) => {
      const stored = [...store.values()].filter((each) => !contains(client.model.resident, each.sequenceNumber));
      const merged = mergeChange(client.model, { ...change, stored }, 1);
      client.model = merged.model;
      for (const sequence of merged.removedSequences) store.delete(sequence);
      for (const upsert of merged.upserts) store.set(upsert.sequenceNumber, upsert);
      return merged.upserts;
    },
  };
  return client;
}

const sorted = (rows: Iterable<CachedMessage>): CachedMessage[] => [...rows].sort((a, b) => a.sequenceNumber - b.sequenceNumber);
const said = (rows: Iterable<CachedMessage>): unknown => sorted(rows).map((each) => [each.sequenceNumber, each._revision, each.content]);

const action = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), own: fc.boolean(), again: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('edit' as const, 'delete' as const), at: fc.integer({ min: 1, max: 16 }) }),
);
const pages = fc.array(fc.record({ back: fc.nat(12), start: fc.integer({ min: 1, max: 16 }), length: fc.nat(8), complete: fc.boolean() }), { maxLength: 6 });
const worlds = fc.record({ actions: fc.array(action, { minLength: 1, maxLength: 12 }), pages, order: fc.infiniteStream(fc.nat()) });

interface World {
  readonly actions: readonly (typeof action extends fc.Arbitrary<infer T> ? T : never)[];
  readonly pages: typeof pages extends fc.Arbitrary<infer T> ? T : never;
  readonly order: Iterator<number>;
}

/** A server with a past, a client that has its first page, and everything else that the server says, in a random order. */
function begin({ actions, pages: asked, order }: World) {
  const server = createServer();
  for (let i = 0; i < INITIAL; i++) server.append(false);
  const client = createClient();
  client.apply(server.page(INITIAL, 1, INITIAL, true));
  for (const each of actions) {
    if (each.kind === 'append') server.append(each.own, each.again);
    else server.change(each.at, each.kind);
  }
  const own = [...new Set(server.frames.flatMap((frame) => frame.rows).flatMap((message) => message.clientTempId ?? []))];
  client.model = { ...client.model, pending: own.map((id, i) => row(PROVISIONAL_BASE + i, 0, { id, clientTempId: id, status: 'pending', content: id })) };
  const told = [
    ...server.frames.slice(INITIAL),
    // Answers to the own sends, beside their echoes.
    ...server.frames.flatMap(({ rows }) => (rows[0]?.clientTempId !== undefined && rows[0].updatedAt === null ? [{ ...NO_CHANGE, rows }] : [])),
    ...asked.map(({ back, start, length, complete }) => {
      const revision = Math.max(INITIAL, server.revision() - back);
      // No server speaks of sequences that it has not given yet.
      const head = Math.max(...(server.states[revision] ?? new Map([[1, 1]])).keys(), 1);
      return server.page(revision, Math.min(start, head), Math.min(start + length, head), complete);
    }),
  ].map((change) => ({ change, at: order.next().value ?? 0 }));
  const changes = told.sort((a, b) => a.at - b.at).map((each) => each.change);
  return { server, client, changes, own };
}

const runs = { numRuns: 200 };

describe('changes in any order', () => {
  test('M-1 M-2 H-3 S-2 end in the state of the server; no deleted message comes back meanwhile, and none is there twice', () => {
    fc.assert(fc.property(worlds, (world) => {
      const { server, client, changes } = begin({ ...world, order: world.order[Symbol.iterator]() });
      const deleted = new Set<number>();
      for (const change of changes) {
        const before = new Map(client.store);
        client.apply(change);
        for (const { sequenceNumber } of change.deletions) deleted.add(sequenceNumber);
        for (const [sequence, held] of client.store) {
          expect(deleted.has(sequence)).toBe(false);
          expect(held._revision).toBeGreaterThanOrEqual(before.get(sequence)?._revision ?? 0);
        }
        const keys = [...client.store.values()].flatMap(({ clientTempId }) => clientTempId ?? []);
        expect(new Set(keys).size).toBe(keys.length);
        // H-1: the record says exactly what is stored.
        expect(heldSet(client.model.history)).toEqual(ofValues([...client.store.keys()]));
        expect(client.model.rows).toEqual(sorted(client.store.values()).filter((each) => contains(client.model.resident, each.sequenceNumber)));
      }
      expect(said(client.store.values())).toEqual(said(server.states.at(-1)?.values() ?? []));
      expect(client.model.history).toMatchObject({ floor: 1, watermark: server.head(), gaps: [], ahead: [] });
    }), runs);
  });

  test('H-3 the same change twice changes nothing and puts nothing on a screen', () => {
    fc.assert(fc.property(worlds, (world) => {
      const { client, changes } = begin({ ...world, order: world.order[Symbol.iterator]() });
      for (const change of changes) {
        client.apply(change);
        const { model, store } = { model: client.model, store: new Map(client.store) };
        expect(client.apply(change)).toEqual([]);
        expect(client.model).toEqual(model);
        expect(client.store).toEqual(store);
      }
    }), runs);
  });

  test('H-5 the answer to an own send moves no watermark, also when it is the next sequence', () => {
    fc.assert(fc.property(worlds, (world) => {
      const { client, changes } = begin({ ...world, order: world.order[Symbol.iterator]() });
      for (const change of changes) {
        const { watermark } = client.model.history;
        client.apply(change);
        if (!change.settles) expect(client.model.history.watermark).toBe(watermark);
      }
    }), runs);
  });

  test('S-2 an own message is pending or confirmed, never both and never neither, until the server deletes it', () => {
    fc.assert(fc.property(worlds, (world) => {
      const { server, client, changes, own } = begin({ ...world, order: world.order[Symbol.iterator]() });
      const gone = new Set<string>();
      const again = new Set(own.filter((id) => new Set(server.frames.flatMap(({ rows }) => (rows[0]?.clientTempId === id ? rows[0].sequenceNumber : []))).size > 1));
      for (const change of changes) {
        client.apply(change);
        for (const id of own) {
          const confirmed = [...client.store.values()].filter((each) => each.clientTempId === id).length;
          const pending = client.model.pending.filter((each) => each.clientTempId === id).length;
          expect(confirmed + pending).toBeLessThanOrEqual(1);
          if (confirmed + pending === 0) gone.add(id);
          else if (!again.has(id)) expect(gone.has(id)).toBe(false);
        }
      }
      const onServer = [...(server.states.at(-1)?.values() ?? [])].flatMap((each) => each.clientTempId ?? []);
      expect(sorted(client.store.values()).flatMap((each) => each.clientTempId ?? [])).toEqual(onServer);
      expect(client.model.pending).toEqual([]);
    }), runs);
  });
});
